/**
 * The emulator's clock. All code reads the time here, so that it can be moved.
 *
 * Durations are not measured by this clock, but by the platform's own.
 */

/** The new state of a clock; absent values stay. */
export type ClockChange = {
	readonly now?: Date;
	/** Seconds, after `now` has been set; negative ones go back. */
	readonly advance?: number;
	/** Whether it is frozen from then on. */
	readonly frozen?: boolean;
	readonly scope?: ClockScope;
};

/**
 * Whether the moved clock counts for everything, or only for expirations: tokens, URLs, policies of forms, lifecycle
 * rules, retention, restored objects, conditions on `acs:CurrentTime`. In the second case the dates of requests are
 * checked by the real clock, so that clients with the real time are accepted.
 */
export type ClockScope = (typeof CLOCK_SCOPES)[number];
export const CLOCK_SCOPES = ["all", "expiry"] as const;

/** As JSON has it. */
export type ClockState = {
	readonly offsetMs: number;
	/** null for a running clock. */
	readonly frozenMs: number | null;
	readonly scope: ClockScope;
};

/** The first and last moments a `Date` can hold are far beyond these, and so are those of every format of OSS. */
const EARLIEST = Date.parse("1970-01-01T00:00:00Z");
const LATEST = Date.parse("9999-12-31T23:59:59Z");

/** Follows the real time until it is moved or stopped; a moved clock continues from there. */
export class MovableClock {
	readonly #real: () => number;
	#offsetMs = 0;
	#frozenMs: number | undefined;
	#scope: ClockScope = "all";

	/** @param real gives the milliseconds of the epoch */
	constructor(real: () => number) {
		this.#real = real;
	}

	/** Bound, because it is passed on as a function. */
	readonly now = (): Date =>
		this.#scope === "all" ? this.expiryNow() : new Date(this.#real());

	/** The time by which expiration is judged. */
	expiryNow(): Date {
		return new Date(this.#frozenMs ?? this.#real() + this.#offsetMs);
	}

	get scope(): ClockScope {
		return this.#scope;
	}

	get isFrozen(): boolean {
		return this.#frozenMs !== undefined;
	}

	/** How many milliseconds it is ahead of the real time. */
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
			throw new RangeError("the clock goes from 1970 to 9999");
		this.#offsetMs = target - this.#real();
		this.#frozenMs = frozen ? target : undefined;
		this.#scope = scope;
	}

	state(): ClockState {
		const frozenMs = this.#frozenMs ?? null;
		return { offsetMs: this.#offsetMs, frozenMs, scope: this.#scope };
	}

	/** @param state of `state` */
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
