/**
 * Client-side encryption: the metadata that must be present, so that the content can be decrypted again.
 *
 * PutObject and InitiateMultipartUpload that send one of the encryption's metadata must send all of them. A multipart
 * upload also announces its size and the size of its parts, and UploadPart and CompleteMultipartUpload must match
 * these. The examples of the EC pages announce only the two sizes, so that is accepted.
 *
 * Pure. Source: EC 0005-00000401 … 0005-00000420; docs «400 errors», InvalidEncryptionRequest, for the messages; cpp's
 * CryptoObjectTest. Errors without a page have no EC here, and UploadPart does not have to repeat the metadata.
 */
import { readDecimal } from "../../oss/decimal.ts";
import { OssError } from "../../oss/errors.ts";
import type { Headers } from "../../oss/request.ts";
import type { StoredUpload } from "../../storage/types.ts";
import { announcedBytes } from "../body.ts";
import { PART_NUMBER_MAX } from "./completion.ts";

const PREFIX = "client-side-encryption-";

/** The metadata that an EC is about, in the order of the ECs. */
const KEY_MATERIAL = ["key", "start", "cek-alg", "wrap-alg"] as const;
const HMAC = "magic-number-hmac";
const SIZES = ["data-size", "part-size"] as const;
const ALL = [...KEY_MATERIAL, HMAC, ...SIZES] as const;

type Name = (typeof ALL)[number];
type Metadata = ReadonlyMap<Name, string>;

/** In bytes, as the upload announced them. */
type Sizes = {
	readonly data: number;
	readonly part: number;
	/** The resulting number of parts. */
	readonly count: number;
};

/** @throws OssError InvalidEncryptionRequest */
export function requireObjectEncryption(headers: Headers): void {
	requireKeyMaterial(fromHeaders(headers));
}

/** Checks the metadata of a new upload. @throws OssError InvalidEncryptionRequest */
export function requireUploadEncryption(headers: Headers): void {
	const metadata = fromHeaders(headers);
	if (metadata.size === 0) return;
	requireKeyMaterial(metadata);
	requireSizes(metadata);
	readSizes(metadata);
}

/**
 * Checks the announced length of a part of `upload`.
 *
 * @returns the number of bytes the part must have; undefined when the upload is not encrypted
 * @throws OssError InvalidEncryptionRequest, also when a different length is announced
 */
export function requirePartEncryption(
	headers: Headers,
	upload: StoredUpload,
	number: number,
): ExactSize | undefined {
	const announced = fromUpload(upload);
	const sizes = readSizes(announced);
	if (!sizes) return undefined;
	const metadata = fromHeaders(headers);
	requireNumbers(metadata);
	for (const [index, name] of ALL.entries()) {
		const value = metadata.get(name);
		if (value !== undefined && value !== announced.get(name))
			throw refused(INCONSISTENT, `${412 + index}`);
	}
	if (number > sizes.count) throw refused(PART_ID);
	const size = exactSize(sizes, number);
	const bytes = announcedBytes(headers);
	if (bytes !== undefined && bytes !== size.bytes) throw size.refusal;
	requireKeyMaterial(metadata);
	if (metadata.size > 0) requireSizes(metadata);
	return size;
}

export type ExactSize = {
	readonly bytes: number;
	/** The error for a part of a different size. */
	readonly refusal: OssError;
};

const exactSize = ({ data, part, count }: Sizes, number: number): ExactSize =>
	number < count
		? { bytes: part, refusal: refused(PART_SIZE, "419") }
		: {
				bytes: data - part * (count - 1),
				refusal: refused(LAST_PART_SIZE, "420"),
			};

/** The bytes of `body`, for bodies of unknown length; throws `size.refusal` if the size is different. */
export async function* ofExactSize(
	body: AsyncIterable<Buffer>,
	size: ExactSize,
): AsyncGenerator<Buffer> {
	let bytes = 0;
	for await (const chunk of body) {
		bytes += chunk.length;
		if (bytes > size.bytes) throw size.refusal;
		yield chunk;
	}
	if (bytes !== size.bytes) throw size.refusal;
}

/**
 * Checks the list of parts.
 *
 * @param numbers the numbers of the parts that make the object
 * @throws OssError InvalidEncryptionRequest unless they match the metadata of the initiation exactly
 */
export function requireCompleteEncryption(
	headers: Headers,
	upload: StoredUpload,
	numbers: readonly number[],
): void {
	requireNumbers(fromHeaders(headers));
	const sizes = readSizes(fromUpload(upload));
	if (!sizes) return;
	const isWhole =
		numbers.length === sizes.count &&
		numbers.every((number, index) => number === index + 1);
	if (!isWhole) throw refused(PART_LIST, "411");
}

/**
 * The source must not be encrypted; the upload may be, as py2's suite copies plain parts into such an upload. Source:
 * EC 0042-00000309.
 *
 * @throws OssError InvalidEncryptionRequest
 */
export function refuseEncryptedPartSource(
	source: Pick<StoredUpload, "properties">,
): void {
	if (fromUpload(source).size > 0)
		throw new OssError("InvalidEncryptionRequest", {
			message: "Client encryption doesn't support upload part copy.",
			ec: "0042-00000309",
		});
}

const isName = (name: string): name is Name =>
	ALL.some((known) => known === name);

function select(
	values: Readonly<Record<string, string | undefined>>,
	prefix: string,
): Metadata {
	const found = new Map<Name, string>();
	for (const header in values) {
		if (!header.startsWith(prefix)) continue;
		const name = header.slice(prefix.length);
		const value = values[header];
		if (isName(name) && value !== undefined) found.set(name, value);
	}
	return found;
}

const fromHeaders = (headers: Headers): Metadata =>
	select(headers, `x-oss-meta-${PREFIX}`);

const fromUpload = ({
	properties,
}: Pick<StoredUpload, "properties">): Metadata =>
	select(properties.userMetadata, PREFIX);

/** The HMAC is required for the wrapping algorithm `rsa` only. */
function requireKeyMaterial(metadata: Metadata): void {
	if (!KEY_MATERIAL.some((name) => metadata.has(name)) && !metadata.has(HMAC))
		return;
	for (const [index, name] of KEY_MATERIAL.entries())
		if (!metadata.has(name)) throw refused(MISSING, `${401 + index}`);
	if (metadata.get("wrap-alg") === "rsa" && !metadata.has(HMAC))
		throw refused(MISSING, "405");
}

function requireSizes(metadata: Metadata): void {
	for (const [index, name] of SIZES.entries())
		if (!metadata.has(name)) throw refused(MISSING, `${406 + index}`);
}

function requireNumbers(metadata: Metadata): void {
	for (const [index, name] of SIZES.entries()) {
		const text = metadata.get(name);
		if (text !== undefined && readDecimal(text) === undefined)
			throw refused(INVALID_SIZE, `${408 + index}`);
	}
}

/** AES encrypts blocks of 16 bytes, so a part must consist of whole blocks. */
const BLOCK_BYTES = 16;

function readSizes(metadata: Metadata): Sizes | undefined {
	requireNumbers(metadata);
	const data = readDecimal(metadata.get("data-size"));
	const part = readDecimal(metadata.get("part-size"));
	if (data === undefined || part === undefined) return undefined;
	const count = Math.max(1, Math.ceil(data / part));
	if (count > PART_NUMBER_MAX && part > 0) throw refused(TOO_MANY, "410");
	if (part === 0 || part % BLOCK_BYTES > 0) throw refused(INVALID_SIZE);
	return { data, part, count };
}

const MISSING = "Miss some necessary client encryption meta parameters.";
const INVALID_SIZE =
	"The client encryption meta data_size or part_size is invalid.";
const TOO_MANY =
	"The parts count calculated by client encryption meta is too large.";
const INCONSISTENT =
	"The client encryption meta is inconsistent with init_multipart setted.";
const PART_ID = "The partId must less or equal to expectedPartNumber.";
const PART_SIZE =
	"The partSize must same with init_multipart setted except last part.";
const LAST_PART_SIZE =
	"The last partSize must same with init_multipart setted.";
const PART_LIST =
	"The client encryption part list is unexpected with init_multipart setted.";

const refused = (message: string, ec = ""): OssError =>
	new OssError("InvalidEncryptionRequest", {
		message,
		ec: ec && `0005-00000${ec}`,
	});
