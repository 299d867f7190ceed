/** One row of the table of waits. */
import type { Probed } from "./probed-emulator.ts";

export type StallRow = {
	readonly what: string;
	/** Work that the caller asked for may take 200 ms in one go; everything else 50 ms. */
	readonly isRequested?: boolean;
	/** Uses the folder with very many objects, one row after the other; the others have an emulator of their own. */
	readonly isBig?: boolean;
	/** Not measured. */
	readonly prepare?: (emulator: Probed) => Promise<unknown>;
	readonly send: (emulator: Probed) => Promise<unknown>;
	readonly undo?: (emulator: Probed) => Promise<unknown>;
};
