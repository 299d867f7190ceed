/**
 * The emulator's clock, which tests can move instead of waiting for days. The answer is sent when all lifecycle actions
 * that are due at the new time have been carried out.
 */
import {
	CLOCK_SCOPES,
	type ClockChange,
	type MovableClock,
} from "../oss/clock.ts";
import { readTime } from "../oss/times.ts";
import { AdminError } from "./admin-error.ts";
import type { Routes } from "./context.ts";
import { answers, record, type Schema } from "./route-schema.ts";

type Change = Omit<ClockChange, "now"> & { readonly now?: string };

export const clockRoutes: Routes = (app, { emulator, lifecycle }) => {
	const { clock } = emulator;

	app.get("/api/clock", { schema: getClock }, async () => view(clock));

	app.put<{ Body: Change }>(
		"/api/clock",
		{ schema: putClock },
		async ({ body: { now, ...rest } }) => {
			move(clock, now === undefined ? rest : { ...rest, now: readNow(now) });
			await lifecycle.run();
			return view(clock);
		},
	);

	app.delete("/api/clock", { schema: resetClock }, async () => {
		clock.reset();
		await lifecycle.run();
		return view(clock);
	});
};

const view = (clock: MovableClock) => ({
	now: clock.expiryNow(),
	frozen: clock.isFrozen,
	aheadSeconds: clock.aheadMs / 1000,
	scope: clock.scope,
});

function readNow(text: string): Date {
	const moment = readTime(text);
	if (moment) return moment;
	throw new AdminError(
		400,
		"InvalidArgument",
		"now must be a moment in ISO 8601, 2030-01-31T08:00:00Z",
	);
}

function move(clock: MovableClock, change: ClockChange): void {
	try {
		clock.move(change);
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new AdminError(400, "InvalidArgument", error.message);
	}
}

const scope: Schema = {
	enum: CLOCK_SCOPES,
	description:
		"What the clock applies to: everything (`all`), or only expirations (`expiry`): security tokens, signed URLs, form policies, lifecycle rules, retention, restored objects and conditions on acs:CurrentTime. With `expiry`, the times of requests are compared with the real clock.",
};

const clockResponse = answers(
	"The clock.",
	record({
		now: { type: "string", format: "date-time" },
		frozen: { type: "boolean", description: "Whether the clock is frozen." },
		aheadSeconds: {
			type: "number",
			description: "By how much the clock is ahead of the real time.",
		},
		scope,
	}),
);

const getClock = {
	operationId: "getClock",
	tags: ["emulator"],
	summary: "The time of the emulator's clock",
	response: clockResponse,
} as const;

const putClock = {
	operationId: "moveClock",
	tags: ["emulator"],
	summary: "Moves or freezes the emulator's clock",
	description:
		"Everything that depends on time uses this clock: signatures and their 15 minutes, policies, tokens, restored objects, retention, lifecycle rules. A client whose own clock differs is refused with RequestTimeTooSkewed, as by OSS; many SDKs then correct their clock, and with `scope: expiry` no client is refused.",
	body: {
		type: "object",
		properties: {
			now: { type: "string", description: "The new time." },
			advance: {
				type: "number",
				description: "Seconds to advance after that; negative values go back.",
			},
			frozen: {
				type: "boolean",
				description: "Whether the clock is frozen from then on.",
			},
			scope,
		},
		additionalProperties: false,
	},
	response: clockResponse,
} as const;

const resetClock = {
	operationId: "resetClock",
	tags: ["emulator"],
	summary: "Sets the emulator's clock back to the real time",
	response: clockResponse,
} as const;
