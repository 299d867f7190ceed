/**
 * The settings of callbacks: where OSS's own behaviour would hinder a developer, or is not known for sure.
 *
 * Pure.
 */
import type { FindingId } from "./advice/finding.ts";

/**
 * How JSON gets a value that is absent. `mixed`, the default, is what OSS has been seen to do: nothing at all for the
 * height and width of an object that is not an image, `null` for the rest.
 */
export type AbsentValues = "mixed" | "null" | "quotes" | "nothing";

export type CallbackSwitches = {
	/** Loopback and private addresses. `refuse`: EC 0007-00000008 as at OSS, which makes local tests impossible. */
	readonly privateAddresses: "allow" | "refuse";
	/**
	 * A host that does not exist. `refuse`: 400 with EC 0007-00000007, nothing is stored; `deliver`: the object is
	 * stored and the uploader gets 203 «Error status : 502.». Both have been seen.
	 */
	readonly unresolvableHost: "refuse" | "deliver";
	/** A callback without callbackUrl. `skip`: no callback, and a warning; `refuse`: 400, EC 0007-00000004. */
	readonly missingUrl: "skip" | "refuse";
	/** How a variable without a value is written into a JSON body. */
	readonly absentValues: AbsentValues;
	/**
	 * Where application servers fetch the public key: `x-oss-pub-key-url`, before its base64. '' for the Host that the
	 * upload was sent to, which works through mapped ports and between containers.
	 */
	readonly publicKeyUrl: string;
	/** For one URL: connect, send and receive together. OSS's is 5 s and cannot be set. */
	readonly timeoutMs: number;
	/**
	 * Whether the certificate of an https application server must be valid for its name. OSS does not send the
	 * name by default, so it cannot require a certificate for it; local certificates are self-signed.
	 */
	readonly verifyTls: boolean;
	/** Sends SNI whatever the callback says, as the region of London does. */
	readonly alwaysSni: boolean;
	/** Findings that fail as they do at OSS, or may. */
	readonly strict: readonly FindingId[];
	/**
	 * Callbacks under way at once; others wait, which should not happen only because some hang. Each may hold an
	 * answer of 1 MiB.
	 */
	readonly concurrencyMax: number;
	/** Callbacks that wait; others get 203 «Too many callback requests.». */
	readonly waitingMax: number;
};

/** The settings that go with findings that must fail. */
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
