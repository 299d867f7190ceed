/**
 * Temporary keys. A security token contains everything about its key in sealed form, so that tokens survive a restart
 * without being stored.
 *
 * AES-256-GCM: a token that was altered, forged or sealed with another key cannot be opened.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { decodeBase64 } from "../oss/encoding.ts";

export type Session = {
	readonly accessKeyId: string;
	readonly accessKeySecret: string;
	/** uid of the role's account. */
	readonly uid: string;
	readonly role: string;
	readonly session: string;
	/** Session policy as JSON, or ''. */
	readonly policy: string;
	readonly expires: Date;
};

export const SEALING_KEY_BYTES = 32;

/** The beginning of OSS's tokens, `CAIS` in base64; it also marks this layout. */
const MARK = Buffer.from("CAIS", "base64");
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";

export class SessionTokens {
	readonly #key: Buffer;

	/** @param key the secret with which tokens are sealed and opened */
	constructor(key: Buffer = randomBytes(SEALING_KEY_BYTES)) {
		this.#key = key;
	}

	/** @returns base64 */
	seal({ expires, ...session }: Session): string {
		const iv = randomBytes(IV_BYTES);
		const cipher = createCipheriv(CIPHER, this.#key, iv).setAAD(MARK);
		const text = JSON.stringify({ ...session, expires: expires.getTime() });
		const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
		const parts = [MARK, iv, cipher.getAuthTag(), sealed];
		return Buffer.concat(parts).toString("base64");
	}

	/** @returns undefined for a text that was not sealed with this key */
	open(token: string): Session | undefined {
		const bytes = decodeBase64(token);
		const start = MARK.length + IV_BYTES + TAG_BYTES;
		if (!bytes?.subarray(0, MARK.length).equals(MARK) || bytes.length < start)
			return undefined;
		const iv = bytes.subarray(MARK.length, MARK.length + IV_BYTES);
		const tag = bytes.subarray(MARK.length + IV_BYTES, start);
		const decipher = createDecipheriv(CIPHER, this.#key, iv)
			.setAAD(MARK)
			.setAuthTag(tag);
		const text = decipher.update(bytes.subarray(start));
		try {
			return readSession(
				JSON.parse(String(Buffer.concat([text, decipher.final()]))),
			);
		} catch (error) {
			if (isForged(error)) return undefined;
			throw error;
		}
	}
}

/** The message of `final` for a wrong tag, which has no code. */
const isForged = (error: unknown): boolean =>
	error instanceof Error && /unable to authenticate/i.test(error.message);

/** Content that can be opened was sealed here, so its format is known. */
const readSession = ({
	expires,
	...session
}: Omit<Session, "expires"> & { readonly expires: number }): Session => ({
	...session,
	expires: new Date(expires),
});
