/**
 * The form of a PostObject: its fields up to the file, the file, and the end, without which it is not whole.
 *
 * Source: docs «PostObject»; EC 0006-00000107; java1's suite for the type of the file's part.
 */
import { checkSize, type Policy } from "../../auth/post-policy.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { requireKey } from "../../oss/names.ts";
import {
	type FormPart,
	type Headers,
	isForm,
	type OssRequest,
} from "../../oss/request.ts";
import { UPLOAD_BYTES_MAX } from "../body.ts";

type FormFile = Extract<FormPart, { kind: "file" }>;
type Fields = ReadonlyMap<string, string>;

/** The EC for a form, or a file in it, that is too large. */
export const TOO_LARGE_EC = "0006-00000003";

/** All fields before the file together. Source: docs «PostObject»: one value may be 2 MB. */
const FIELDS_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Gives `use` the form of a request, read up to its file.
 *
 * A body of more than 5 GB is refused before it is read: docs «PostObject» says so, and not with which error.
 *
 * @throws OssError RequestIsNotMultiPartContent, MethodNotAllowed, EntityTooLarge, MalformedPOSTRequest,
 *   MaxPOSTPreDataLengthExceededError; the errors of `use`
 */
export async function withForm<T>(
	request: OssRequest,
	use: (form: Form) => Promise<T>,
): Promise<T> {
	if (!isForm(request)) throw notForm(request);
	if (Number(request.headers["content-length"] ?? 0) > UPLOAD_BYTES_MAX)
		throw new OssError("EntityTooLarge", { ec: TOO_LARGE_EC });
	const parts = request.form()[Symbol.asyncIterator]();
	try {
		return await use(await readForm(parts));
	} finally {
		await parts.return?.();
	}
}

/**
 * Source: java2's and py2's suites, for a request of an SDK with a parameter that OSS does not have; that it is
 * recognised by its signature is a guess.
 */
const notForm = ({ method, caller }: OssRequest): OssError =>
	caller.uid === ""
		? new OssError("RequestIsNotMultiPartContent")
		: new OssError("MethodNotAllowed", {
				details: { Method: method, ResourceType: "Bucket" },
			});

async function readForm(parts: AsyncIterator<FormPart>): Promise<Form> {
	const fields = new Map<string, string>();
	let bytes = 0;
	// A for-of loop would end the form, and the file in it, when it is left.
	for (let next = await parts.next(); !next.done; next = await parts.next()) {
		const part = next.value;
		if (part.kind === "file") return new Form(fields, part, parts);
		if (part.kind === "late") break;
		bytes += part.name.length + part.value.length;
		if (bytes > FIELDS_BYTES_MAX)
			throw new OssError("MaxPOSTPreDataLengthExceededError");
		if (!fields.has(part.name)) fields.set(part.name, part.value);
	}
	throw new OssError("MalformedPOSTRequest", { ec: "0006-00000107" });
}

export class Form {
	/** Fields before the file by lower-case name; of a repeated one the first. One page says that case counts. */
	readonly fields: Fields;
	/** The same under the names they were sent with: custom variables of a callback are case-sensitive. */
	readonly exactFields: Fields;
	readonly #file: FormFile;
	readonly #parts: AsyncIterator<FormPart>;

	constructor(
		exactFields: Fields,
		file: FormFile,
		parts: AsyncIterator<FormPart>,
	) {
		const fields = new Map<string, string>();
		for (const [name, value] of exactFields) {
			const lower = name.toLowerCase();
			if (!fields.has(lower)) fields.set(lower, value);
		}
		this.exactFields = exactFields;
		this.fields = fields;
		this.#file = file;
		this.#parts = parts;
	}

	/**
	 * The fields as the policy's conditions see them: the type of the file's own part replaces a field that is not
	 * present. That `$content-type` is the field if both are present is a guess.
	 */
	get judgedFields(): Fields {
		const { contentType } = this.#file;
		return contentType
			? new Map([["content-type", contentType], ...this.fields])
			: this.fields;
	}

	/** The type of the object: the first of these that is present, as the manual says; otherwise undefined. */
	get contentType(): string | undefined {
		return (
			this.fields.get("x-oss-content-type") ||
			this.#file.contentType ||
			this.fields.get("content-type")
		);
	}

	/**
	 * Reads the key of the object.
	 *
	 * The docs tie a missing key to another error; this one was seen for other missing fields.
	 *
	 * @throws OssError InvalidArgument, InvalidObjectName
	 */
	readKey(): string {
		const key = this.fields.get("key");
		if (!key) {
			const message =
				"The bucket POST must contain the specified 'key'. If it is specified, please check the order of the fields";
			throw invalidArgument("key", "", message);
		}
		// Old browsers send a path: the name follows the last slash or backslash.
		const filename = this.#file.filename.replace(/^.*[/\\]/s, "");
		const filled = key.replaceAll("${filename}", () => filename);
		requireKey(filled);
		return filled;
	}

	/** Headers in which the fields count as those of a PutObject would; a form cannot set tags. */
	headersWith(headers: Headers): Headers {
		const own = [...this.fields].filter(([name]) => name.startsWith("x-oss-"));
		return {
			...headers,
			...Object.fromEntries(own),
			"x-oss-tagging": undefined,
		};
	}

	/**
	 * The bytes of the file; they end with an error, so that nothing is stored, when the policy does not allow their
	 * size or the form is not whole.
	 *
	 * @param atEnd is called with the names of the fields after the file, which OSS ignores
	 * @throws OssError EntityTooSmall, EntityTooLarge, MalformedPOSTRequest, IncorrectNumberOfFilesInPOSTRequest; what
	 *   `atEnd` throws
	 */
	async *content(
		policy: Policy | undefined,
		atEnd: (lateNames: readonly string[]) => void,
	): AsyncGenerator<Buffer> {
		let size = 0;
		for await (const chunk of this.#file.content) {
			size += chunk.length;
			yield chunk;
		}
		if (policy) checkSize(policy, size);
		atEnd(await this.#readRest());
	}

	async #readRest(): Promise<string[]> {
		const names: string[] = [];
		const parts = this.#parts;
		for (let next = await parts.next(); !next.done; next = await parts.next()) {
			if (next.value.name.toLowerCase() === "file")
				throw new OssError("IncorrectNumberOfFilesInPOSTRequest");
			names.push(next.value.name);
		}
		return names;
	}
}
