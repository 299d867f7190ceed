/**
 * An empty store in memory, on which a seed is tried.
 */
import { storeProtocol } from "../../operations/store-protocol.ts";
import { Store } from "../../storage/store.ts";

export const openScratchStore = (): Promise<Store> =>
	Store.open({
		folder: null,
		durable: false,
		files: false,
		protocol: storeProtocol,
		report: () => {}, // there is no background work
	});
