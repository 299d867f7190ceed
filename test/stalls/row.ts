/** One row of the table of waits. */
import type { Probed } from "./probed-emulator.ts";

export type StallRow = {
	readonly what: string;
	/** Work that the request consists of can block for 200 ms; everything else for 50 ms. */
	readonly isRequested?: boolean;
	/** Rows that share the folder with very many objects run in sequence; others have an emulator of their own. */
	readonly isBig?: boolean;
	/** Preparation that is not measured. */
	readonly prepare?: (emulator: Probed) => Promise<unknown>;
	readonly send: (emulator: Probed) => Promise<unknown>;
	readonly undo?: (emulator: Probed) => Promise<unknown>;
};
