/**
 * The errors by which OSS refuses an upload because of its callback: one row per EC, with OSS's message.
 *
 * Messages without a published example are worded like the others. Where only a range of numbers is known, the
 * rows are numbered in the order in which the fields are documented.
 *
 * Pure. Source: the pages of EC 0007-00000001 … 0007-00000105; docs «Callback», «HTTP 400 status code».
 */
import { invalidArgument, type OssError } from "../oss/errors.ts";

// biome-ignore format: a table
const table = {
  callbackTooLong:      ["0007-00000001", "The length of callback exceed max value."],
  callbackNotBase64:    ["0007-00000002", "The callback configuration is not base64 encoded."],
  callbackNotJson:      ["0007-00000003", "The callback configuration is not json format."],
  url:                  ["0007-00000004", "The callback url configuration is invalid."],
  tooManyUrls:          ["0007-00000005", "The number of callback url exceed max value."],
  unresolvableHost:     ["0007-00000007", "Can not get ip by this host."],
  privateAddress:       ["0007-00000008", "Private address is forbidden to callback."],
  host:                 ["0007-00000009", "The callback host configuration is invalid."],
  body:                 ["0007-00000010", "The callback body is invalid."],
  bodyEmpty:            ["0007-00000011", "The callback body is empty."],
  bodyType:             ["0007-00000012", "The callback body type configuration is invalid."],
  bodyTypeUnknown:      ["0007-00000013", "The body type of callback is not supported."],
  sni:                  ["0007-00000014", "The callback sni is invalid."],
  stage:                ["0007-00000015", "The callback stage is invalid."],
  failureAction:        ["0007-00000017", "The callback failure action is invalid."],
  signatureVersion:     ["0007-00000018", "The callback signature version is invalid."],
  signatureUnknown:     ["0007-00000019", "The callback signature version is invalid."],
  signatureNotAllowed:  ["0007-00000020", "The callback signature version is invalid."],
  headers:              ["0007-00000021", "The additional headers of callback is invalid."],
  tooManyHeaders:       ["0007-00000022", "The number of additional headers exceed max value."],
  headerName:           ["0007-00000023", "The key of additional headers is invalid."],
  headerReserved:       ["0007-00000024", "The key of additional headers is invalid."],
  headerValue:          ["0007-00000025", "The value of additional headers is invalid."],
  headerPrefix:         ["0007-00000026", "The key of additional headers can not start with x-oss-."],
  bothCallbacks:        ["0007-00000027", "Either the callback query string parameter or the x-oss-callback header should be specified, not both."],
  bothVars:             ["0007-00000028", "Either the callback-var query string parameter or the x-oss-callback-var header should be specified, not both."],
  varTooLong:           ["0007-00000101", "The length of callback var exceed max value."],
  varNotBase64:         ["0007-00000102", "The callback var is not base64 encoded."],
  varNotJson:           ["0007-00000103", "The callback var is not json format."],
  varNotMap:            ["0007-00000104", "The callback var is not expecten json."],
  leftBrace:            ["0007-00000105", "Left brace must be adjacent to dollar sign."],
  rightBrace:           ["0007-00000105", "Right brace is missing."],
  policy:               ["", "The callback policy is invalid."],
} as const satisfies Record<string, readonly [ec: string, message: string]>;

export type Cause = keyof typeof table;

/** @param value the refused value; a value that is not a string is shown as JSON */
export function refuse(cause: Cause, name: string, value: unknown): OssError {
	const [ec, message] = table[cause];
	return invalidArgument(name, show(value), message, ec);
}

function show(value: unknown): string {
	if (typeof value === "string") return value;
	try {
		return JSON.stringify(value) ?? "";
	} catch (error) {
		// JSON.parse accepts lists that are nested a hundred thousand deep, but JSON.stringify overflows the stack.
		if (error instanceof RangeError) return "";
		throw error;
	}
}
