/**
 * One run of the lifecycle rules over all buckets that have rules.
 *
 * The transaction that acts on an object checks it again: an object that has changed meanwhile, or is protected, is
 * left for the next run.
 *
 * Source: docs «Lifecycle rules»; «Retention policy»: transitions continue, deletions wait.
 */
import type { Emulator } from "../../emulator.ts";
import { Breaks } from "../../oss/breaks.ts";
import { OssError } from "../../oss/errors.ts";
import { inGroups } from "../../oss/in-groups.ts";
import type { Store } from "../../storage/store.ts";
import type { StoredObject } from "../../storage/types.ts";
import { findDocument } from "../configurations/kind.ts";
import { findProtect } from "../object/new-object.ts";
import { dueOf, isDue } from "./due.ts";
import { type DueAction, judge } from "./judge.ts";
import { LIFECYCLE } from "./lifecycle-document.ts";
import type { LifecycleRule } from "./lifecycle-rule.ts";
import { appliesToUpload, isEnabled } from "./matching.ts";
import { keysOf } from "./walk.ts";

/** An action that a rule has carried out. */
export type LifecycleAction = {
	readonly bucket: string;
	readonly key: string;
	/** The id of an upload. */
	readonly versionId: string;
	readonly what: "expired" | "version deleted" | "transitioned" | "aborted";
	/** The rule's id. */
	readonly rule: string;
	/** '' except for a transition. */
	readonly storageClass: string;
};

/** @param report called for every action, in order */
export async function runLifecycle(
	emulator: Pick<Emulator, "store" | "clock">,
	report: (action: LifecycleAction) => void,
): Promise<void> {
	const { store, clock } = emulator;
	for (const { name } of await store.buckets.all()) {
		const found = await findDocument({ store }, LIFECYCLE, name);
		const rules = found?.Rule.filter(isEnabled) ?? [];
		if (rules.length === 0) continue;
		const now = clock.expiryNow();
		await runObjects(store, name, rules, now, report).catch(
			ignoreMissingBucket,
		);
		await runUploads(store, name, rules, now, report).catch(
			ignoreMissingBucket,
		);
	}
}

/** A bucket may be deleted while it is processed. */
function ignoreMissingBucket(error: unknown): undefined {
	if (error instanceof OssError && error.code === "NoSuchBucket")
		return undefined;
	throw error;
}

async function runObjects(
	store: Store,
	bucket: string,
	rules: readonly LifecycleRule[],
	now: Date,
	report: (action: LifecycleAction) => void,
): Promise<void> {
	const breaks = new Breaks();
	const pause = (): Promise<void> => breaks.pause();
	const keys = keysOf(store, bucket, rules, breaks);
	for await (const actions of inGroups(keys, process)) {
		for (const action of actions) report(action);
		await breaks.pause();
	}

	/** Carries out the actions on one key, one after another. */
	async function process(
		versions: readonly StoredObject[],
	): Promise<LifecycleAction[]> {
		const actions: LifecycleAction[] = [];
		for (const due of await judge(rules, versions, now, pause))
			if (await act(store, due, now)) actions.push(toLifecycleAction(due));
		return actions;
	}
}

const ACTION_NAMES = {
	expire: "expired",
	deleteVersion: "version deleted",
	transition: "transitioned",
} as const;

const toLifecycleAction = ({
	version,
	action,
}: DueAction): LifecycleAction => ({
	bucket: version.bucket,
	key: version.key,
	versionId: version.versionId,
	what: ACTION_NAMES[action.kind],
	rule: action.rule,
	storageClass: action.kind === "transition" ? action.storageClass : "",
});

/** @returns whether the action was carried out */
async function act(
	store: Store,
	{ version, action }: DueAction,
	now: Date,
): Promise<boolean> {
	const { bucket, key, versionId } = version;
	const retained = await findProtect({ store }, { bucket, receivedAt: now });
	const protect = (present: StoredObject): void => {
		requireSame(present, version);
		retained(present);
	};
	try {
		if (action.kind === "transition") {
			await transition(store, version, action.storageClass, now);
		} else if (action.kind === "deleteVersion") {
			await store.objects.delete(bucket, key, versionId, now, protect);
		} else {
			// With versioning no version is deleted, so `protect` is not called: this is the only check.
			const current = await store.objects.find(bucket, key);
			if (!current) return false;
			requireSame(current, version);
			await store.objects.delete(bucket, key, undefined, now, protect);
		}
		return true;
	} catch (error) {
		if (error instanceof OssError) return false; // changed, protected or deleted
		throw error;
	}
}

function requireSame(present: StoredObject, expected: StoredObject): void {
	if (
		present.versionId !== expected.versionId ||
		present.etag !== expected.etag ||
		present.modified.getTime() !== expected.modified.getTime()
	)
		throw new OssError("PreconditionFailed");
}

/** A transition to an archived class makes the object archived, even if it was restored before. */
async function transition(
	store: Store,
	version: StoredObject,
	storageClass: StoredObject["storageClass"],
	now: Date,
): Promise<void> {
	const { bucket, key, versionId } = version;
	await store.objects.change(bucket, key, versionId, (present) => {
		requireSame(present, version);
		const { restoration: _, ...state } = present.state;
		return { storageClass, state: { ...state, transitioned: now.getTime() } };
	});
}

async function runUploads(
	store: Store,
	bucket: string,
	rules: readonly LifecycleRule[],
	now: Date,
	report: (action: LifecycleAction) => void,
): Promise<void> {
	const aborting = rules.filter((rule) => rule.AbortMultipartUpload);
	if (aborting.length === 0) return;
	const all = { prefix: "", keyMarker: "", uploadIdMarker: "" };
	const breaks = new Breaks();
	for await (const { key, id, initiated } of store.uploads.list(bucket, all)) {
		await breaks.pause();
		const rule = aborting.find(
			(rule) =>
				rule.AbortMultipartUpload &&
				appliesToUpload(rule, key) &&
				isDue(dueOf(rule.AbortMultipartUpload, initiated), now),
		);
		if (!rule) continue;
		const isAborted = await store.uploads.abort(bucket, key, id).then(
			() => true,
			(error: unknown) => isCompleted(error),
		);
		if (isAborted)
			report({
				bucket,
				key,
				versionId: id,
				what: "aborted",
				rule: rule.ID,
				storageClass: "",
			});
	}
}

/** Returns false: the upload was completed or aborted meanwhile. */
function isCompleted(error: unknown): false {
	if (error instanceof OssError) return false;
	throw error;
}
