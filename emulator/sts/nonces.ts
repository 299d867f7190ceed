/**
 * Used nonces: each can be used once while a request is valid. Their number and size are limited.
 */
import { createHash } from "node:crypto";
import { SKEW_MS_MAX } from "./claim.ts";
import { StsError } from "./errors.ts";

const NONCES_MAX = 100_000;

export class Nonces {
	/** The time of use by hash, oldest first. */
	readonly #used = new Map<string, number>();

	/**
	 * @throws StsError SignatureNonceUsed: STS's own pages do not mention it, but the pages of other services do
	 */
	requireUnused(accessKeyId: string, nonce: string, now: Date): void {
		this.#forget(now.getTime());
		if (this.#used.has(hash(accessKeyId, nonce)))
			throw new StsError("SignatureNonceUsed");
	}

	/** Must be called after the signature was verified, so that other callers cannot use up a nonce. */
	use(accessKeyId: string, nonce: string, now: Date): void {
		this.#used.set(hash(accessKeyId, nonce), now.getTime());
	}

	get size(): number {
		return this.#used.size;
	}

	/** A request may be dated as far in the future as in the past. */
	#forget(now: number): void {
		for (const [used, at] of this.#used) {
			if (at > now - 2 * SKEW_MS_MAX && this.#used.size < NONCES_MAX) return;
			this.#used.delete(used);
		}
	}
}

const hash = (accessKeyId: string, nonce: string): string =>
	createHash("sha256").update(`${accessKeyId}\n${nonce}`).digest("base64");
