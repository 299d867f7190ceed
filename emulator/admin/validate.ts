/**
 * Checks requests against the routes' schemas. Ajv is loaded by the first request that has something to check: the
 * start does not need it, nor does a client that only requests /health.
 */
import type { Ajv, ErrorObject, ValidateFunction } from "ajv";
import type { FastifySchemaCompiler } from "fastify";
import { AdminError } from "./admin-error.ts";

type Validators = { readonly query: Ajv; readonly body: Ajv };

let validators: Validators | undefined;

/** Without the last, Ajv prints a warning for a value that may have several types. */
const COMMON = { useDefaults: true, allowUnionTypes: true };

/** A hook that runs before Fastify validates, because the validation itself cannot wait for an import. */
export async function loadValidators(): Promise<void> {
	if (validators) return;
	const { Ajv } = await import("ajv");
	validators = {
		// Every value of a query is text, and a parameter given once may be a list of one.
		query: new Ajv({ coerceTypes: "array", ...COMMON }),
		body: new Ajv({ coerceTypes: false, ...COMMON }),
	};
}

export const compileSchema: FastifySchemaCompiler<object> = ({
	schema,
	httpPart,
}) => {
	let validate: ValidateFunction | undefined;
	return (data: unknown) => {
		if (!validators) throw new TypeError("the validators are not loaded");
		const kind = httpPart === "body" ? "body" : "query";
		validate ??= validators[kind].compile(schema);
		return validate(data)
			? { value: data }
			: { error: refuse(validate.errors?.[0]) };
	};
};

/** @returns a function that names the error in a value, or returns '' */
export async function makeCheck(
	schema: object,
): Promise<(value: unknown) => string> {
	await loadValidators();
	const validate = validators?.body.compile(schema);
	return (value) => (validate?.(value) ? "" : explain(validate?.errors?.[0]));
}

function refuse(error: ErrorObject | undefined): AdminError {
	return new AdminError(400, "InvalidArgument", explain(error));
}

function explain(error: ErrorObject | undefined): string {
	if (!error) return "the request does not fit the description of this route";
	const { keyword, params, instancePath, message } = error;
	const path = instancePath.slice(1).replace(/\/\d+$/, "");
	const name = path.replaceAll("/", ".") || "the body";
	if (keyword === "additionalProperties")
		return `there is no parameter ${params.additionalProperty}: see /api/openapi.json`;
	if (keyword === "enum")
		return `${name} must be one of ${params.allowedValues.join(", ")}`;
	if (keyword === "required") return `${params.missingProperty} is missing`;
	return `${name} ${message}`;
}
