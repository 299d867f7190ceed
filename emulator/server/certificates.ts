/**
 * Certificates for any name that a TLS client requests, signed by the emulator's own authority.
 *
 * The authority is made once and stored in the data folder, so that users have to trust it only once. Names are taken
 * from the handshake: an emulator in a container cannot know the names by which it is reached.
 */
import { createPublicKey, randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import type Forge from "node-forge";
import { generateRsaKey } from "../oss/rsa-key.ts";
import { DAY_MS } from "../oss/times.ts";

export type Authority = {
	/** The certificate of the authority, PEM, which clients must trust. */
	readonly certificate: string;
	/** The private key, PEM. */
	readonly privateKey: string;
};

/** A private key and the chain of its certificate, PEM. */
export type Certified = { readonly key: string; readonly cert: string };

const KEY_BITS = 2048;
const YEARS = 10;
/** Some clients refuse a server certificate with a longer validity. */
const LEAF_DAYS = 800;
const NAME = "oss-emulator";
/** Each name costs a signature of some milliseconds; real clients do not use thousands of names. */
const NAMES_MAX = 256;

export async function makeAuthority(now: Date): Promise<Authority> {
	const { default: forge } = await import("node-forge");
	const pem = await generateRsaKey(KEY_BITS);
	const certificate = draft(forge, pem, now, YEARS * 365);
	const subject = [{ name: "commonName", value: `${NAME} local authority` }];
	certificate.setSubject(subject);
	certificate.setIssuer(subject);
	certificate.setExtensions([
		{ name: "basicConstraints", cA: true, critical: true },
		{ name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
		{ name: "subjectKeyIdentifier" },
	]);
	certificate.sign(forge.pki.privateKeyFromPem(pem), forge.md.sha256.create());
	return {
		certificate: forge.pki.certificateToPem(certificate),
		privateKey: pem,
	};
}

/** Key and certificate of the authority, concatenated as they are stored. */
export const writeAuthority = ({
	certificate,
	privateKey,
}: Authority): string => `${certificate}${privateKey}`;

/** @returns undefined if `pem` does not contain both */
export function readAuthority(pem: string): Authority | undefined {
	const part = (label: string): string | undefined =>
		new RegExp(
			`-----BEGIN ${label}-----[^]*?-----END ${label}-----\\r?\\n?`,
		).exec(pem)?.[0];
	const certificate = part("CERTIFICATE");
	const privateKey = part("RSA PRIVATE KEY");
	return certificate && privateKey ? { certificate, privateKey } : undefined;
}

export class Certificates {
	readonly #authority: Authority;
	readonly #now: () => Date;
	readonly #contexts = new Map<string, Promise<SecureContext>>();
	/** All names share one key, because they do not have to be protected from each other. */
	readonly #key: Promise<string>;

	constructor(authority: Authority, now: () => Date) {
		this.#authority = authority;
		this.#now = now;
		this.#key = generateRsaKey(KEY_BITS);
	}

	/** The certificate of the authority, PEM, which clients must trust. */
	get authority(): string {
		return this.#authority.certificate;
	}

	/** The context for clients that send no name, because they connect to an IP address. */
	forThisMachine(): Promise<Certified> {
		return this.#make(["localhost", "127.0.0.1", "::1"]);
	}

	/** @param name as the client sent it */
	contextFor(name: string): Promise<SecureContext> {
		const known = this.#contexts.get(name);
		if (known) return known;
		const [oldest] = this.#contexts.keys();
		if (this.#contexts.size >= NAMES_MAX && oldest !== undefined)
			this.#contexts.delete(oldest);
		const made = this.#make([name]).then(createSecureContext);
		this.#contexts.set(name, made);
		made.catch(() => this.#contexts.delete(name)); // this client receives the error; the next client tries again
		return made;
	}

	async #make(names: readonly string[]): Promise<Certified> {
		const { default: forge } = await import("node-forge");
		const key = await this.#key;
		const certificate = draft(forge, key, this.#now(), LEAF_DAYS);
		certificate.setSubject([
			{ name: "commonName", value: (names[0] ?? NAME).slice(0, 64) },
		]);
		certificate.setIssuer(
			forge.pki.certificateFromPem(this.#authority.certificate).subject
				.attributes,
		);
		certificate.setExtensions([
			{ name: "basicConstraints", cA: false },
			{
				name: "keyUsage",
				digitalSignature: true,
				keyEncipherment: true,
				critical: true,
			},
			{ name: "extKeyUsage", serverAuth: true },
			{ name: "subjectAltName", altNames: names.map(toAltName) },
		]);
		certificate.sign(
			forge.pki.privateKeyFromPem(this.#authority.privateKey),
			forge.md.sha256.create(),
		);
		return {
			key,
			cert:
				forge.pki.certificateToPem(certificate) + this.#authority.certificate,
		};
	}
}

function draft(
	forge: typeof Forge,
	privateKey: string,
	now: Date,
	days: number,
): Forge.pki.Certificate {
	const certificate = forge.pki.createCertificate();
	certificate.publicKey = forge.pki.publicKeyFromPem(
		String(createPublicKey(privateKey).export({ type: "spki", format: "pem" })),
	);
	certificate.serialNumber = `01${randomBytes(15).toString("hex")}`;
	certificate.validity.notBefore = new Date(now.getTime() - DAY_MS); // the clocks of containers differ
	certificate.validity.notAfter = new Date(now.getTime() + days * DAY_MS);
	return certificate;
}

/** Types of GeneralName, RFC 5280. */
const toAltName = (name: string): object =>
	isIP(name) ? { type: 7, ip: name } : { type: 2, value: name };
