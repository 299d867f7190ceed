/**
 * The schema of a route of the admin API: Fastify checks requests against it, and the OpenAPI document is made from it.
 *
 * Pure.
 */

/** The subset of JSON Schema that is used here. */
export type Schema = {
	readonly type?: string | readonly string[];
	readonly description?: string;
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly propertyNames?: Schema;
	readonly additionalProperties?: boolean | Schema;
	readonly items?: Schema;
	readonly prefixItems?: readonly Schema[];
	readonly enum?: readonly unknown[];
	readonly const?: unknown;
	readonly oneOf?: readonly Schema[];
	readonly anyOf?: readonly Schema[];
	readonly default?: unknown;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly minItems?: number;
	readonly maxItems?: number;
	readonly pattern?: string;
	readonly format?: string;
	readonly $ref?: string;
};

export type ObjectSchema = Schema & {
	readonly properties: Readonly<Record<string, Schema>>;
};

export type AnswerSchema = {
	readonly description: string;
	/** Absent for an answer without a body. */
	readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
};

export type RouteSchema = {
	readonly operationId: string;
	readonly tags: readonly [string];
	readonly summary: string;
	readonly description?: string;
	readonly deprecated?: boolean;
	readonly params?: ObjectSchema;
	readonly querystring?: ObjectSchema;
	readonly body?: ObjectSchema;
	/** The schema of a body that the route itself checks. */
	readonly documentedBody?: Schema;
	readonly response: Readonly<Record<number, AnswerSchema>>;
};

/** The parameters of a route; others are refused, so that a misspelt one is not silently ignored. */
export const parameters = (
	properties: Readonly<Record<string, Schema>>,
	...required: readonly string[]
): ObjectSchema => ({
	type: "object",
	properties,
	required,
	additionalProperties: false,
});

/** An object in an answer, which always has all of its properties. */
export const record = (
	properties: Readonly<Record<string, Schema>>,
	description?: string,
): ObjectSchema => ({
	type: "object",
	...(description === undefined ? {} : { description }),
	properties,
	required: Object.keys(properties),
	additionalProperties: false,
});

export const refer = (name: string): Schema => ({
	$ref: `#/components/schemas/${name}`,
});

export const listOf = (items: Schema): Schema => ({ type: "array", items });

/** The answer with status 200, or another status. */
export const answers = (
	description: string,
	schema: Schema,
	type = "application/json",
	status = 200,
): RouteSchema["response"] => ({
	[status]: { description, content: { [type]: { schema } } },
});

/** The answer with status 201. */
export const created = (
	description: string,
	schema: Schema,
): RouteSchema["response"] =>
	answers(description, schema, "application/json", 201);

/** The answer with status 204, which has no body. */
export const noContent = (description: string): RouteSchema["response"] => ({
	204: { description },
});

export const uid = (description: string): Schema => ({
	type: "string",
	pattern: "^[0-9]{1,20}$",
	description,
});

/** The account of the listed things: a parameter of every list. */
export const ACCOUNT = uid("uid of an account; default: all accounts.");

export type OfAccount = { readonly account?: string };

/** The parameters of a route that has no others. */
export const OF_ACCOUNT = parameters({ account: ACCOUNT });
