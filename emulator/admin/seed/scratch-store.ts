/**
 * An empty store in memory, on which a seed is tried.
 */
import { storeProtocol } from "../../operations/store-protocol.ts";
import { openStore } from "../../storage/open-store.ts";
import type { Store } from "../../storage/store.ts";

export const openScratchStore = (): Promise<Store> =>
	openStore({
		folder: null,
		durable: false,
		files: false,
		protocol: storeProtocol,
		report: () => {}, // there is no background work
	});
