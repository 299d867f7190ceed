/**
 * The settings of callbacks, and the effect of `--strict` on them.
 */
import { STRICT_FINDINGS } from "../callback/advice/finding.ts";
import { type CallbackSwitches, strictSwitches } from "../callback/switches.ts";
import { StartError } from "../oss/start-error.ts";
import type { SettingName } from "./settings.ts";
import { readChoice, readMilliseconds, readRegion } from "./values.ts";

/** @throws StartError */
export function readCallbacks(
	text: (name: SettingName) => string,
	list: (name: SettingName) => readonly string[],
	has: (name: SettingName) => boolean,
): Partial<CallbackSwitches> {
	const url = text("public-key-url");
	// `oss:6770` is a valid URL too, with the scheme oss.
	if (url !== "" && !(/^https?:\/\//i.test(url) && URL.canParse(url)))
		throw new StartError(
			`--public-key-url must begin with http:// or https://, not ${url}`,
		);
	return {
		...(url === "" ? {} : { publicKeyUrl: url }),
		timeoutMs: readMilliseconds("callback-timeout", text("callback-timeout")),
		absentValues: readChoice("callback-absent", text("callback-absent"), [
			"mixed",
			"null",
			"quotes",
			"nothing",
		]),
		missingUrl: readChoice(
			"callback-missing-url",
			text("callback-missing-url"),
			["skip", "refuse"],
		),
		unresolvableHost: readChoice(
			"callback-unresolvable",
			text("callback-unresolvable"),
			["refuse", "deliver"],
		),
		verifyTls: has("callback-verify-tls"),
		// The only region that always sends it: docs «Callback».
		alwaysSni: readRegion(text("region")) === "eu-west-1",
		...readStrictness(list("strict-except"), has),
	};
}

/** The findings of `--strict` that `--strict-callback` includes: those about where callbacks go. */
const OF_URLS = ["private-address", "no-url", "no-sni"] as const;

function readStrictness(
	exceptions: readonly string[],
	has: (name: SettingName) => boolean,
): Partial<CallbackSwitches> {
	const unknown = exceptions.find((exception) => !isStrict(exception));
	if (unknown !== undefined)
		throw new StartError(
			`--strict-except must name some of ${STRICT_FINDINGS.join(", ")}, not ${unknown}`,
		);
	const asked = has("strict")
		? STRICT_FINDINGS
		: has("strict-callback")
			? OF_URLS
			: [];
	const strict = asked.filter((id) => !exceptions.includes(id));
	const { missingUrl, ...more } = strictSwitches(strict);
	return { ...more, ...(missingUrl === "refuse" ? { missingUrl } : {}) };
}

const isStrict = (text: string): boolean =>
	STRICT_FINDINGS.some((id) => id === text);
