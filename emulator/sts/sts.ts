/**
 * The Security Token Service: handles one request, from its parameters to its response.
 *
 * Order of refusal: operation and version, common parameters, key, time, nonce, signature, then the operation's own.
 *
 * Source: docs «API reference (STS)»; the order is a guess.
 */
import { randomUUID } from "node:crypto";
import { type Caller, expiryTimeOf } from "../oss/request.ts";
import { isAcs3, readAcs3Claim } from "./acs3.ts";
import { readFormat, type StsAnswer, type StsElement } from "./answer.ts";
import { type Assuming, assumeRole } from "./assume-role.ts";
import type { StsBackend } from "./backend.ts";
import { callerIdentity } from "./caller-identity.ts";
import { requireSignature, requireTimestamp } from "./claim.ts";
import { StsError } from "./errors.ts";
import { Nonces } from "./nonces.ts";
import {
	readStsRequest,
	requireBodyType,
	type StsArrival,
	type StsRequest,
} from "./request.ts";
import { readRpcClaim } from "./rpc.ts";

export const STS_VERSION = "2015-04-01";

type Operation = (assuming: Assuming) => StsElement;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
	["AssumeRole", assumeRole],
	[
		"GetCallerIdentity",
		({ caller, backend }) => callerIdentity(caller, backend),
	],
]);

export const STS_OPERATIONS: readonly string[] = [...OPERATIONS.keys()];

export class Sts {
	readonly #backend: StsBackend;
	readonly #checkSignatures: boolean;
	readonly #nonces = new Nonces();

	/** @param checkSignatures false accepts any signature */
	constructor(backend: StsBackend, checkSignatures: boolean) {
		this.#backend = backend;
		this.#checkSignatures = checkSignatures;
	}

	/** Errors of STS are responses too; any other error is a bug of the emulator. */
	answer(arrival: StsArrival): StsAnswer {
		try {
			const request = readStsRequest(arrival);
			const body = this.#run(request);
			return write(request, 200, `${nameOf(request)}Response`, body);
		} catch (error) {
			if (error instanceof StsError) return this.refuse(arrival, error);
			throw error;
		}
	}

	refuse(arrival: StsArrival, error: StsError): StsAnswer {
		const { status, code: Code, message: Message, diagnosis } = error;
		const body = { HostId: arrival.host, Code, Message };
		const request = readStsRequest(arrival);
		return { ...write(request, status, "Error", body), diagnosis };
	}

	#run(request: StsRequest): StsElement {
		const { parameters, headers } = request;
		const now = expiryTimeOf(request);
		requireBodyType(request);
		const version = parameters.get("Version") ?? headers["x-acs-version"];
		const operation = OPERATIONS.get(nameOf(request));
		if (!operation || version !== STS_VERSION)
			throw new StsError("InvalidActionOrVersion");
		const caller = this.#authenticate(request);
		return operation({ backend: this.#backend, caller, parameters, now });
	}

	#authenticate(request: StsRequest): Caller {
		const { parameters, receivedAt: now } = request;
		if (!this.#checkSignatures)
			return this.#backend.identifyUnchecked(
				parameters.get("AccessKeyId") ?? "",
			);
		const claim = isAcs3(request)
			? readAcs3Claim(request)
			: readRpcClaim(request);
		const { accessKeyId, securityToken, nonce } = claim;
		const key = this.#backend.getKey(
			accessKeyId,
			securityToken,
			expiryTimeOf(request),
		);
		requireTimestamp(claim, now);
		this.#nonces.requireUnused(accessKeyId, nonce, now);
		requireSignature(claim, key.accessKeySecret, () =>
			this.#backend.mistakenSecrets(
				accessKeyId,
				securityToken,
				expiryTimeOf(request),
			),
		);
		this.#nonces.use(accessKeyId, nonce, now);
		return key.caller;
	}
}

const nameOf = ({ parameters, headers }: StsRequest): string =>
	parameters.get("Action") ?? headers["x-acs-action"] ?? "";

function write(
	request: StsRequest,
	status: number,
	root: string,
	body: StsElement,
): StsAnswer {
	const requestId = randomUUID().toUpperCase();
	return {
		status,
		root,
		requestId,
		diagnosis: "",
		operation: nameOf(request),
		format: readFormat(request.parameters.get("Format")),
		body: { RequestId: requestId, ...body },
	};
}
