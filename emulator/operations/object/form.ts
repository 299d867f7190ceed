/**
 * The form of a PostObject: its fields up to the file, the file, and what may come after.
 *
 * Source: docs «PostObject»; EC 0006-00000107.
 */
import { OssError } from "../../oss/errors.ts";
import { type FormPart, isForm, type OssRequest } from "../../oss/request.ts";
import { UPLOAD_BYTES_MAX } from "../body.ts";

export type FormFile = Extract<FormPart, { kind: "file" }>;

export type Form = {
	/** Fields before the file by lower-case name; of a repeated one the first. One page says that case counts. */
	readonly fields: ReadonlyMap<string, string>;
	/** The same under the names they were sent with: custom variables of a callback are case-sensitive. */
	readonly exactFields: ReadonlyMap<string, string>;
	readonly file: FormFile;
	/** Of the fields after the file, which do not count; known when `end` is done. */
	readonly lateNames: readonly string[];
	/**
	 * Reads the rest, when the file has been read: fields, which do not count, and the end, without which the form is
	 * not whole.
	 *
	 * @throws OssError MalformedPOSTRequest, IncorrectNumberOfFilesInPOSTRequest
	 */
	readonly end: () => Promise<void>;
};

/** Of a form, or a file in it, that is too large. */
export const TOO_LARGE_EC = "0006-00000003";

/** All fields before the file together. Source: docs «PostObject»: one value may be 2 MB. */
const FIELDS_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Source: java2's and py2's suites, for a request of an SDK with a parameter that OSS has not; that it is known by its
 * signature is a guess.
 */
const notForm = ({ method, caller }: OssRequest): OssError =>
	caller.uid === ""
		? new OssError("RequestIsNotMultiPartContent")
		: new OssError("MethodNotAllowed", {
				details: { Method: method, ResourceType: "Bucket" },
			});

/**
 * A body of more than 5 GB is refused before it is read: docs «PostObject» says so, and not with which error.
 *
 * @throws OssError RequestIsNotMultiPartContent, MethodNotAllowed, EntityTooLarge, MalformedPOSTRequest,
 *   MaxPOSTPreDataLengthExceededError
 */
export async function readForm(request: OssRequest): Promise<Form> {
	if (!isForm(request)) throw notForm(request);
	if (Number(request.headers["content-length"] ?? 0) > UPLOAD_BYTES_MAX)
		throw new OssError("EntityTooLarge", { ec: TOO_LARGE_EC });
	const fields = new Map<string, string>();
	const exactFields = new Map<string, string>();
	let bytes = 0;
	// Not a for-of loop: leaving one would end the form, and the file in it.
	const parts = request.form()[Symbol.asyncIterator]();
	for (let next = await parts.next(); !next.done; next = await parts.next()) {
		const part = next.value;
		if (part.kind === "file") {
			const lateNames: string[] = [];
			const end = () => readRest(parts, lateNames);
			return { fields, exactFields, file: part, lateNames, end };
		}
		bytes += part.name.length + part.value.length;
		if (bytes > FIELDS_BYTES_MAX)
			throw new OssError("MaxPOSTPreDataLengthExceededError");
		const name = part.name.toLowerCase();
		if (!fields.has(name)) fields.set(name, part.value);
		if (!exactFields.has(part.name)) exactFields.set(part.name, part.value);
	}
	throw new OssError("MalformedPOSTRequest", { ec: "0006-00000107" });
}

async function readRest(
	parts: AsyncIterator<FormPart>,
	names: string[],
): Promise<void> {
	for (let next = await parts.next(); !next.done; next = await parts.next()) {
		if (next.value.kind === "file")
			throw new OssError("IncorrectNumberOfFilesInPOSTRequest");
		names.push(next.value.name);
	}
}
