/**
 * The emulator's time. Everything that asks for it asks here, so that it can be moved.
 *
 * Durations are no matter of this clock: whoever measures or waits does so by the platform's own.
 */

/** Where a clock is to be put; what is not said stays. */
export type ClockChange = {
	readonly now?: Date;
	/** Seconds, after `now` has been set; negative ones lead back. */
	readonly advance?: number;
	/** Whether it stands still from then on. */
	readonly frozen?: boolean;
	readonly scope?: ClockScope;
};

/**
 * Whether everything goes by the moved clock, or only what expires: tokens, URLs, policies of forms, lifecycle rules.
 * Then the times of requests are judged by the real clock, and clients whose own clocks stay behind are not refused.
 */
export type ClockScope = (typeof CLOCK_SCOPES)[number];
export const CLOCK_SCOPES = ["all", "expiry"] as const;

/** As JSON has it. */
export type ClockState = {
	readonly offsetMs: number;
	/** null for a clock that goes. */
	readonly frozenMs: number | null;
	readonly scope: ClockScope;
};

/** The first and last moments a `Date` can hold are far beyond these, and so are those of every format of OSS. */
const EARLIEST = Date.parse("1970-01-01T00:00:00Z");
const LATEST = Date.parse("9999-12-31T23:59:59Z");

/** Goes with the real time until it is moved or stopped; moved, it goes on from there. */
export class MovableClock {
	readonly #real: () => number;
	#offsetMs = 0;
	#frozenMs: number | undefined;
	#scope: ClockScope = "all";

	/** @param real gives the milliseconds of the epoch */
	constructor(real: () => number) {
		this.#real = real;
	}

	/** Bound: it is handed on as a function. */
	readonly now = (): Date =>
		this.#scope === "all" ? this.expiryNow() : new Date(this.#real());

	/** By which what expires is judged. */
	expiryNow(): Date {
		return new Date(this.#frozenMs ?? this.#real() + this.#offsetMs);
	}

	get scope(): ClockScope {
		return this.#scope;
	}

	get isFrozen(): boolean {
		return this.#frozenMs !== undefined;
	}

	/** By how many milliseconds it is ahead of the real time, whatever goes by it. */
	get aheadMs(): number {
		return this.expiryNow().getTime() - this.#real();
	}

	/** @throws RangeError for a moment that has no name in four digits of a year */
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

	/** Back to the real time. */
	reset(): void {
		this.#offsetMs = 0;
		this.#frozenMs = undefined;
		this.#scope = "all";
	}
}
