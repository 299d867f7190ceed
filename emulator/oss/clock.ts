/**
 * The emulator's clock. All code reads the time from it, so that it can be moved.
 *
 * Durations are measured by the platform's clock instead.
 */

/** Changes to a clock; absent values stay as they are. */
export type ClockChange = {
	readonly now?: Date;
	/** Seconds to advance after `now` has been set; negative values go back. */
	readonly advance?: number;
	/** Whether the clock is frozen from then on. */
	readonly frozen?: boolean;
	readonly scope?: ClockScope;
};

/**
 * Whether the moved clock applies to everything, or only to expirations: tokens, URLs, form policies, lifecycle rules,
 * retention, restored objects, conditions on `acs:CurrentTime`. In the second case the dates of requests are compared
 * with the real clock, so that clients with the real time are accepted.
 */
export type ClockScope = (typeof CLOCK_SCOPES)[number];
export const CLOCK_SCOPES = ["all", "expiry"] as const;

/** In JSON form. */
export type ClockState = {
	readonly offsetMs: number;
	/** null for a running clock. */
	readonly frozenMs: number | null;
	readonly scope: ClockScope;
};

/** Well within the range of `Date` and of all date formats of OSS. */
const EARLIEST = Date.parse("1970-01-01T00:00:00Z");
const LATEST = Date.parse("9999-12-31T23:59:59Z");

/** Follows the real time until it is moved or frozen; a moved clock continues from its new time. */
export class MovableClock {
	readonly #real: () => number;
	#offsetMs = 0;
	#frozenMs: number | undefined;
	#scope: ClockScope = "all";

	/** @param real returns the real time, in milliseconds since the epoch */
	constructor(real: () => number) {
		this.#real = real;
	}

	/** Bound, because it is passed on as a function. */
	readonly now = (): Date =>
		this.#scope === "all" ? this.expiryNow() : new Date(this.#real());

	/** The time for checking expirations. */
	expiryNow(): Date {
		return new Date(this.#frozenMs ?? this.#real() + this.#offsetMs);
	}

	get scope(): ClockScope {
		return this.#scope;
	}

	get isFrozen(): boolean {
		return this.#frozenMs !== undefined;
	}

	/** The number of milliseconds by which the clock is ahead of the real time. */
	get aheadMs(): number {
		return this.expiryNow().getTime() - this.#real();
	}

	/** @throws RangeError for a time whose year does not have four digits */
	move({
		now = this.expiryNow(),
		advance = 0,
		frozen = this.isFrozen,
		scope = this.#scope,
	}: ClockChange): void {
		const target = now.getTime() + advance * 1000;
		if (!(target >= EARLIEST && target <= LATEST))
			throw new RangeError("the time must be in the years 1970 to 9999");
		this.#offsetMs = target - this.#real();
		this.#frozenMs = frozen ? target : undefined;
		this.#scope = scope;
	}

	state(): ClockState {
		const frozenMs = this.#frozenMs ?? null;
		return { offsetMs: this.#offsetMs, frozenMs, scope: this.#scope };
	}

	/** @param state a value of `state` */
	restore({ offsetMs, frozenMs, scope }: ClockState): void {
		this.#scope = scope;
		this.#offsetMs = offsetMs;
		this.#frozenMs = frozenMs ?? undefined;
	}

	/** Returns to the real time. */
	reset(): void {
		this.#offsetMs = 0;
		this.#frozenMs = undefined;
		this.#scope = "all";
	}
}
