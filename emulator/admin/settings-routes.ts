/**
 * The settings at start, and those that can be changed at run time.
 */
import { STRICT_FINDINGS } from "../callback/advice/finding.ts";
import { strictSwitches } from "../callback/switches.ts";
import { LOG_LEVELS, type LogLevel } from "../oss/log.ts";
import { AdminError } from "./admin-error.ts";
import type { AdminContext, Routes } from "./context.ts";
import {
	answers,
	listOf,
	parameters,
	record,
	type Schema,
} from "./route-schema.ts";

type Finding = (typeof STRICT_FINDINGS)[number];

type Change = {
	readonly publicKeyUrl?: string;
	readonly strict?: boolean | readonly Finding[];
	readonly logLevel?: LogLevel;
};

export const settingsRoutes: Routes = (app, context) => {
	app.get("/api/settings", { schema: getSettings }, async () => view(context));

	app.post<{ Body: Change }>(
		"/api/settings",
		{ schema: changeSettings },
		async ({ body: { publicKeyUrl, strict, logLevel } }) => {
			const { callbacks } = context.emulator;
			if (publicKeyUrl !== undefined) requireUrl(publicKeyUrl);
			if (publicKeyUrl !== undefined) callbacks.configure({ publicKeyUrl });
			if (strict !== undefined)
				callbacks.configure(strictSwitches(findingsOf(strict)));
			if (logLevel !== undefined) context.log.level = logLevel;
			return view(context);
		},
	);
};

const view = async ({
	emulator,
	endpoint,
	version,
	settings,
	log,
}: AdminContext) => ({
	version,
	endpoint,
	region: emulator.region,
	publicKey: await emulator.callbacks.publicPem(),
	publicKeyUrl: emulator.callbacks.switches.publicKeyUrl,
	strict: emulator.callbacks.switches.strict,
	logLevel: log.level,
	settings,
});

const findingsOf = (
	strict: boolean | readonly Finding[],
): readonly Finding[] =>
	typeof strict === "boolean" ? (strict ? STRICT_FINDINGS : []) : strict;

function requireUrl(text: string): void {
	// `oss:6770` is a valid URL too, with the scheme oss.
	if (text === "" || (/^https?:\/\//i.test(text) && URL.canParse(text))) return;
	throw new AdminError(
		400,
		"InvalidArgument",
		`publicKeyUrl must begin with http:// or https://, not ${text}`,
	);
}

const text: Schema = { type: "string" };
const publicKeyUrl: Schema = {
	...text,
	description:
		"Where application servers fetch the public key; '' for the Host of the upload.",
};
const logLevel: Schema = { enum: LOG_LEVELS };
const findings: Schema = listOf({ enum: STRICT_FINDINGS });

const settingsResponse = answers(
	"The settings.",
	record({
		version: text,
		endpoint: text,
		region: text,
		publicKey: {
			...text,
			description: "The public half of the key that signs callbacks, in PEM.",
		},
		publicKeyUrl,
		strict: {
			...findings,
			description: "The findings that make callbacks fail as in the cloud.",
		},
		logLevel,
		settings: {
			type: "object",
			additionalProperties: true,
			description: "The settings at start.",
		},
	}),
);

const getSettings = {
	operationId: "getSettings",
	tags: ["emulator"],
	summary: "The settings at start and their changes since, without secrets",
	response: settingsResponse,
} as const;

const changeSettings = {
	operationId: "changeSettings",
	tags: ["emulator"],
	summary: "Changes the settings that can change while the emulator runs",
	description:
		"Applies to later callbacks and log lines until the emulator ends; a reset does not change it.",
	body: parameters({
		publicKeyUrl,
		strict: {
			type: ["boolean", "array"],
			items: { enum: STRICT_FINDINGS },
			description: `As --strict, for callbacks: true for ${STRICT_FINDINGS.join(", ")}, or some of these.`,
		},
		logLevel,
	}),
	response: settingsResponse,
} as const;
