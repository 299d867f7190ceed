/**
 * Makes the services that operations use: the storage, the cloud behind a gateway, callbacks, accounts.
 */
import type { Ram } from "../auth/ram.ts";
import { type CallbackParts, Callbacks } from "../callback/callbacks.ts";
import type { KeySource } from "../config/callback-key.ts";
import type { Config } from "../config/config.ts";
import type { Emulator } from "../emulator.ts";
import { Faults } from "../faults/faults.ts";
import { findCallbackPolicy } from "../operations/configurations/callback-policy.ts";
import { storeProtocol } from "../operations/store-protocol.ts";
import { MovableClock } from "../oss/clock.ts";
import { FetchTasks } from "../oss/fetch-tasks.ts";
import type { Log } from "../oss/log.ts";
import { StartError } from "../oss/start-error.ts";
import { recordIn } from "../records/delivery-record.ts";
import { openStore } from "../storage/open-store.ts";
import type { Store } from "../storage/store.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { loadKeys } from "./accounts.ts";

export function openConfiguredStore(
	{ data, durable, files, deliveries }: Config,
	log: Log,
	fail: (error: StartError) => void,
): Promise<Store> {
	return openStore({
		folder: data,
		durable,
		files,
		deliveries,
		protocol: storeProtocol,
		report: (error) => {
			if (error instanceof StartError) fail(error);
			else log.error(`the storage failed: ${String(error)}`);
		},
	});
}

type Parts = {
	readonly config: Config;
	readonly ram: Ram;
	readonly keyPair: KeySource;
	readonly upstream: Upstream | undefined;
	readonly log: Log;
	readonly store: Store;
	readonly endpoint: string;
	readonly ending: AbortSignal;
};

export async function makeEmulator({
	config,
	ram,
	keyPair,
	upstream,
	log,
	store,
	endpoint,
	ending,
}: Parts): Promise<Emulator> {
	const clock = new MovableClock(Date.now);
	const faults = new Faults(ending);
	return {
		faults,
		store,
		clock,
		log,
		fetches: new FetchTasks(),
		callbacks: new Callbacks({
			keyPair,
			endpoint,
			now: clock.now,
			warn: log.warn,
			findPolicy: await makeFindPolicy(store, upstream),
			record: recordIn(store.deliveries),
			takeFault: faults.takeForCallback,
			switches: config.callbacks,
		}),
		...(await loadKeys(config, ram, log)),
		region: config.region,
		domains: config.domains,
		checkSignatures: config.checkSignatures,
		cors: config.cors,
		otherRegions: config.otherRegions,
		blockPublicAccess: config.blockPublicAccess,
		s3: config.s3,
		upstream,
	};
}

/** Loaded only for a gateway. */
export async function makeUpstream(
	{ upstream: options }: Config,
	log: Log,
	undo: (() => Promise<void>)[],
): Promise<Upstream | undefined> {
	if (!options) return undefined;
	const { Upstream } = await import("../upstream/upstream.ts");
	const { Recorder } = await import("../upstream/recorder.ts");
	const { record, endpoint } = options;
	const recorder =
		record === "" ? undefined : new Recorder(record, endpoint.region, log);
	const upstream = new Upstream(options, recorder);
	undo.unshift(() => upstream.close());
	return upstream;
}

/** Callback policies are stored where the bucket is. */
async function makeFindPolicy(
	store: Store,
	upstream: Upstream | undefined,
): Promise<CallbackParts["findPolicy"]> {
	if (!upstream)
		return (bucket, name) => findCallbackPolicy({ store }, bucket, name);
	const { findUpstreamPolicy } = await import("../gateway/bucket-documents.ts");
	return (bucket, name) => findUpstreamPolicy(upstream, bucket, name);
}
