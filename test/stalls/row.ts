/** One row of the table of waits. */
import type { Probed } from "./probed-emulator.ts";

export type StallRow = {
	readonly what: string;
	/** The limit: 200 ms for the work that the request itself requires, 50 ms for everything else. */
	readonly isRequested?: boolean;
	/** Rows that share the folder with very many objects run in sequence; other rows have a separate emulator. */
	readonly isBig?: boolean;
	/** Preparation that is not measured. */
	readonly prepare?: (emulator: Probed) => Promise<unknown>;
	readonly send: (emulator: Probed) => Promise<unknown>;
	readonly undo?: (emulator: Probed) => Promise<unknown>;
};
