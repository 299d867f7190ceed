/**
 * Checks requests against the routes' schemas. Ajv is loaded by the first request that needs a check, because neither
 * the start nor a client of /health needs it.
 */
import type { Ajv, ErrorObject, ValidateFunction } from "ajv";
import type { FastifySchemaCompiler } from "fastify";
import { findNearest } from "../oss/nearest.ts";
import { AdminError } from "./admin-error.ts";
import type { Schema } from "./route-schema.ts";

type Validators = { readonly query: Ajv; readonly body: Ajv };

let validators: Validators | undefined;

/**
 * Without `allowUnionTypes`, Ajv prints a warning for a value that may have several types. With `verbose`, errors bring
 * the value and its schema.
 */
const COMMON = { useDefaults: true, allowUnionTypes: true, verbose: true };
/** A longer list of allowed values is not printed: there are two hundred operations. */
const LISTED_MAX = 12;

/** A hook that runs before Fastify validates, because the validation itself cannot wait for an import. */
export async function loadValidators(): Promise<void> {
	if (validators) return;
	const { Ajv } = await import("ajv");
	validators = {
		// All values of a query are text, and a parameter that is given once may stand for a list.
		query: new Ajv({ coerceTypes: "array", ...COMMON }),
		body: new Ajv({ coerceTypes: false, ...COMMON }),
	};
}

export const compileSchema: FastifySchemaCompiler<Schema> = ({
	schema,
	httpPart,
}) => {
	let validate: ValidateFunction | undefined;
	return (data: unknown) => {
		if (!validators) throw new TypeError("the validators are not loaded");
		const kind = httpPart === "body" ? "body" : "query";
		const notDecimal = kind === "query" && findNotDecimal(schema, data);
		if (notDecimal) return { error: refuseNumber(notDecimal) };
		validate ??= validators[kind].compile(schema);
		return validate(data)
			? { value: data }
			: { error: refuse(validate.errors?.[0]) };
	};
};

/**
 * Ajv also accepts `0x10`, `1e3`, `+1` and blanks as numbers, and `Infinity`, which no maximum excludes.
 *
 * @returns the name of a parameter that must be a number and is not written in decimal digits
 */
const findNotDecimal = (
	{ properties = {} }: Schema,
	data: unknown,
): string | undefined =>
	Object.entries(data ?? {}).find(
		([name, value]) =>
			properties[name]?.type === "integer" &&
			typeof value === "string" &&
			!/^-?\d+$/.test(value),
	)?.[0];

const refuseNumber = (name: string): AdminError =>
	new AdminError(400, "InvalidArgument", `${name} must be integer`);

/** @returns a function that returns the error in a value, or '' */
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
	if (!error) return "the request does not match the schema of this route";
	const { keyword, params, instancePath, parentSchema, message } = error;
	const path = instancePath.slice(1).replace(/\/\d+$/, "");
	const name = path.replaceAll("/", ".") || "the body";
	if (keyword === "additionalProperties") {
		const known = Object.keys(parentSchema?.properties ?? {});
		return `there is no parameter ${params.additionalProperty}: ${didYouMean(params.additionalProperty, known)}`;
	}
	if (keyword === "enum")
		return explainEnum(name, error.data, params.allowedValues);
	if (keyword === "required") return `${params.missingProperty} is missing`;
	if (keyword === "type")
		return `${name} must be ${String(params.type).replaceAll(",", " or ")}`;
	return `${name} ${message}`;
}

function explainEnum(name: string, value: unknown, allowed: string[]): string {
	if (allowed.length <= LISTED_MAX)
		return `${name} must be one of ${allowed.join(", ")}`;
	const given = String(value).slice(0, 64);
	return `${name} cannot be ${given}: ${didYouMean(given, allowed)}`;
}

function didYouMean(word: string, words: readonly string[]): string {
	const near = findNearest(word, words);
	return near === undefined ? "see /api/openapi.json" : `did you mean ${near}?`;
}
