/**
 * Checks what comes in against the routes' schemas. Ajv is loaded by the first request that has something to check: the
 * start, and whoever only asks for /health, do without it.
 */
import { createRequire } from "node:module";
import type { ErrorObject, ValidateFunction } from "ajv";
import type { FastifySchemaCompiler } from "fastify";
import { AdminError } from "./admin-error.ts";

const require = createRequire(import.meta.url);

export const compileSchema: FastifySchemaCompiler<object> = ({
	schema,
	httpPart,
}) => {
	let validate: ValidateFunction | undefined;
	return (data: unknown) => {
		validate ??= compile(schema, httpPart === "body");
		return validate(data)
			? { value: data }
			: { error: refuse(validate.errors?.[0]) };
	};
};

function compile(schema: object, isBody: boolean): ValidateFunction {
	const { Ajv }: typeof import("ajv") = require("ajv");
	// All that a query holds is text, and a parameter given once may be a list of one.
	const coerceTypes = isBody ? false : "array";
	return new Ajv({ coerceTypes, useDefaults: true }).compile(schema);
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
