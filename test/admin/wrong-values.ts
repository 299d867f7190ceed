/**
 * Values that a JSON schema does not accept, each with the name that its refusal must mention: of another type, out of
 * range, not among the choices, malformed, too short or too long, unknown, or missing; at any depth.
 *
 * Pure.
 */

export type Schema = {
	readonly type?: string | readonly string[];
	readonly enum?: readonly unknown[];
	readonly pattern?: string;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly items?: Schema;
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly additionalProperties?: unknown;
	readonly propertyNames?: Schema;
	readonly oneOf?: readonly Schema[];
	readonly anyOf?: readonly Schema[];
	readonly $ref?: string;
};

export type Wrong = {
	/** A description of the mistake. */
	readonly how: string;
	/** The name that the refusal must contain. */
	readonly name: string;
	readonly value: unknown;
};

export type Schemas = Readonly<Record<string, Schema>>;

/** A schema without `$ref`. */
export const resolve = (schema: Schema, schemas: Schemas): Schema =>
	schemas[schema.$ref?.split("/").at(-1) ?? ""] ?? schema;

/** A text that does not match any pattern of the admin API. */
const SHAPELESS = "\u00a7 \u00a7";

const OF_TYPE: Readonly<Record<string, unknown>> = {
	string: "none",
	number: 0.5,
	integer: 7,
	boolean: true,
	array: [],
	object: {},
};

/** A value of another type. Whole numbers are valid for `number` and `integer`, so it is not a whole number. */
function typesOf({ type, enum: choices }: Schema): string[] {
	const types = [type ?? (choices ? "string" : Object.keys(OF_TYPE))].flat();
	return types.includes("number") ? [...types, "integer"] : types;
}

/** @param name of the member that has the schema */
export function* wrongValues(
	schema: Schema,
	name: string,
	sample: unknown,
	schemas: Schemas,
): Generator<Wrong> {
	const resolved = resolve(schema, schemas);
	const { minimum, maximum, minLength, maxLength, pattern } = resolved;
	const types = typesOf(resolved);
	const others = Object.entries(OF_TYPE).filter(
		([type]) => !types.includes(type),
	);
	// One scalar and one list or object are enough.
	for (const [type, value] of [...others.slice(0, 1), ...others.slice(-1)])
		yield { how: `is ${type}`, name, value };
	if (!types.includes("null")) yield { how: "is null", name, value: null };
	if (resolved.enum) yield { how: "no choice", name, value: SHAPELESS };
	if (pattern) yield { how: "no match", name, value: SHAPELESS };
	if (minimum !== undefined)
		yield { how: "too little", name, value: minimum - 1 };
	if (maximum !== undefined)
		yield { how: "too much", name, value: maximum + 1 };
	if (minLength) yield { how: "empty", name, value: "" };
	if (maxLength !== undefined)
		yield { how: "too long", name, value: "a".repeat(maxLength + 1) };
	if (resolved.items)
		for (const wrong of wrongValues(
			resolved.items,
			name,
			first(sample),
			schemas,
		))
			yield { ...wrong, how: `item ${wrong.how}`, value: [wrong.value] };
	yield* wrongMembers(resolved, name, sample, schemas);
}

/** An object with one invalid member and all required members. */
export function* wrongMembers(
	schema: Schema,
	name: string,
	sample: unknown,
	schemas: Schemas,
): Generator<Wrong> {
	const { properties, required = [], additionalProperties } = schema;
	const members: Readonly<Record<string, unknown>> = Object(sample);
	for (const missing of required) {
		const { [missing]: _, ...value } = members;
		yield { how: "missing", name: missing, value };
	}
	if (properties && additionalProperties === false)
		yield {
			how: "unknown",
			name: "misspelt",
			value: { ...members, misspelt: 1 },
		};
	for (const [member, its] of Object.entries(properties ?? {}))
		for (const wrong of wrongValues(its, member, members[member], schemas))
			yield { ...wrong, value: { ...members, [member]: wrong.value } };
	if (typeof additionalProperties === "object" && additionalProperties)
		for (const wrong of wrongValues(
			additionalProperties,
			name,
			undefined,
			schemas,
		))
			yield {
				...wrong,
				how: `value ${wrong.how}`,
				value: { "x:a": wrong.value },
			};
}

const first = (value: unknown): unknown =>
	Array.isArray(value) ? value[0] : undefined;
