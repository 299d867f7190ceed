/**
 * The form of a PostObject: the fields before the file, the file, and the end, without which the form is incomplete.
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
import { forbidsOverwrite } from "./object-headers.ts";

type FormFile = Extract<FormPart, { kind: "file" }>;
type Fields = ReadonlyMap<string, string>;

/** The EC for a form or file that is too large. */
export const TOO_LARGE_EC = "0006-00000003";

/** Maximum size of all fields before the file together. Source: docs «PostObject»: one value may be 2 MB. */
const FIELDS_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Calls `use` with the form of a request, read up to its file.
 *
 * A body of more than 5 GB is refused before it is read: docs «PostObject», which does not state the error.
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
 * Source: java2's and py2's suites, for an SDK's request with an unknown parameter; recognising it by its signature is
 * a guess.
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
	// Leaving a for-of loop would close the form and the file in it.
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
	/**
	 * The fields before the file, by lower-case name; the first value of a repeated name. One page says that names are
	 * case-sensitive.
	 */
	readonly fields: Fields;
	/** The same fields under the names they were sent with, because custom variables of a callback are case-sensitive. */
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
	 * The fields for the policy's conditions: a missing Content-Type is replaced by the type of the file's part.
	 * Preferring the field for `$content-type` if both are present is a guess.
	 */
	get policyFields(): Fields {
		const { contentType } = this.#file;
		return contentType
			? new Map([["content-type", contentType], ...this.fields])
			: this.fields;
	}

	/** The type of the object: the first of these that is present, as documented; otherwise undefined. */
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
	 * The docs state a different error for a missing key; this one was observed for other missing fields.
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
		// Old browsers send a path; the name is the part after the last slash or backslash.
		const filename = this.#file.filename.replace(/^.*[/\\]/s, "");
		const filled = key.replaceAll("${filename}", () => filename);
		requireKey(filled);
		return filled;
	}

	/** The field `x-oss-forbid-overwrite`, which takes precedence over the header. @throws OssError InvalidArgument */
	forbidOverwrite(headers: Headers): Headers {
		const name = "x-oss-forbid-overwrite";
		const field = this.fields.get(name);
		if (field !== undefined) forbidsOverwrite({ [name]: field }, true);
		return { [name]: field ?? headers[name] };
	}

	/** The fields as headers of a PutObject; a form cannot set tags. */
	headersWith(headers: Headers): Headers {
		const own = [...this.fields].filter(([name]) => name.startsWith("x-oss-"));
		return {
			...headers,
			...Object.fromEntries(own),
			"x-oss-tagging": undefined,
		};
	}

	/**
	 * The bytes of the file. Throws, so that nothing is stored, when the policy does not allow the size or the form is
	 * incomplete.
	 *
	 * @param atEnd called with the names of the fields after the file, which OSS ignores
	 * @throws OssError EntityTooSmall, EntityTooLarge, MalformedPOSTRequest, IncorrectNumberOfFilesInPOSTRequest; the
	 * errors of `atEnd`
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
