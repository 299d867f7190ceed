/**
 * Settings of callbacks, for behaviour of OSS that would hinder a developer or that is not known for certain.
 *
 * Pure.
 */
import type { FindingId } from "./advice/finding.ts";

/**
 * How an absent value is written into JSON. `mixed`, the default, is OSS's observed behaviour: nothing for the height
 * and width of an object that is not an image, `null` for all others.
 */
export type AbsentValues = "mixed" | "null" | "quotes" | "nothing";

export type CallbackSwitches = {
	/** Loopback and private addresses. `refuse`: EC 0007-00000008 as at OSS, which makes local tests impossible. */
	readonly privateAddresses: "allow" | "refuse";
	/**
	 * A host that does not exist. `refuse`: 400 with EC 0007-00000007, nothing is stored; `deliver`: the object is stored
	 * and the uploader gets 203 «Error status : 502.». Both have been observed at OSS.
	 */
	readonly unresolvableHost: "refuse" | "deliver";
	/** A callback without callbackUrl. `skip`: no callback, and a warning; `refuse`: 400, EC 0007-00000004. */
	readonly missingUrl: "skip" | "refuse";
	/** How a variable without a value is written into a JSON body. */
	readonly absentValues: AbsentValues;
	/**
	 * The URL from which application servers fetch the public key (`x-oss-pub-key-url`, before base64). '' uses the Host
	 * that the upload was sent to, which works through mapped ports and between containers.
	 */
	readonly publicKeyUrl: string;
	/** Time limit per URL, for connecting, sending and receiving together. OSS's limit of 5 s cannot be changed. */
	readonly timeoutMs: number;
	/**
	 * Whether the certificate of an https application server must be valid for its name. OSS does not send the name by
	 * default, so it cannot require a matching certificate; local certificates are self-signed.
	 */
	readonly verifyTls: boolean;
	/** Sends SNI regardless of `callbackSNI`, as OSS does in London. */
	readonly alwaysSni: boolean;
	/** Findings that make a callback fail, as OSS does or may do. */
	readonly strict: readonly FindingId[];
	/**
	 * Maximum number of callbacks under way; further callbacks wait. Large, so that a few hanging callbacks do not delay
	 * the others; each may hold an answer of 1 MiB.
	 */
	readonly concurrencyMax: number;
	/** Maximum number of waiting callbacks; further callbacks get 203 «Too many callback requests.». */
	readonly waitingMax: number;
};

/** The switches implied by findings that must fail. */
export const strictSwitches = (
	strict: readonly FindingId[],
): Pick<CallbackSwitches, "strict" | "missingUrl" | "privateAddresses"> => ({
	strict,
	missingUrl: strict.includes("no-url") ? "refuse" : "skip",
	privateAddresses: strict.includes("private-address") ? "refuse" : "allow",
});

/** Docs «Callback»: «5 seconds», for every region. */
export const CALLBACK_TIMEOUT_MS = 5000;

export const DEFAULT_SWITCHES: CallbackSwitches = {
	privateAddresses: "allow",
	unresolvableHost: "refuse",
	missingUrl: "skip",
	absentValues: "mixed",
	publicKeyUrl: "",
	timeoutMs: CALLBACK_TIMEOUT_MS,
	verifyTls: false,
	alwaysSni: false,
	strict: [],
	concurrencyMax: 1024,
	waitingMax: 4096,
};
