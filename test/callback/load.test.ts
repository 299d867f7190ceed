/**
 * Many simultaneous uploads with callbacks: no callback is lost or sent twice, each is recorded, and each uploader
 * receives its own answer. `UPLOADS=10000` is the full number.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { startWithBucket } from "../emulator.ts";
import { listen } from "./application-server.ts";
import { base64Json } from "./request-callback.ts";

const UPLOADS = Number(process.env.UPLOADS ?? 1000);
const CONNECTIONS = 32;

type Summary = {
	readonly id: string;
	readonly key: string;
	readonly status: string;
};

/** Reads all recorded callbacks, page by page. */
async function readRecord(adminUrl: string): Promise<Summary[]> {
	const all: Summary[] = [];
	for (let before = ""; all.length <= UPLOADS; before = all.at(-1)?.id ?? "") {
		const query = new URLSearchParams({ limit: "1000", summary: "true" });
		if (before) query.set("before", before);
		const answer = await fetch(`${adminUrl}/api/callbacks?${query}`);
		const page: { callbacks: Summary[] } = JSON.parse(await answer.text());
		if (page.callbacks.length === 0) break;
		all.push(...page.callbacks);
	}
	return all;
}

test(`${UPLOADS} uploads by ${CONNECTIONS} connections each have one callback, which is recorded`, async (t) => {
	const { oss, adminUrl } = await startWithBucket(
		t,
		...["private", "--deliveries-max", String(2 * UPLOADS)],
		...["--deliveries-mib-max", "512"],
	);
	const received: string[] = [];
	const server = createServer(async (incoming, outgoing) => {
		const key = await text(incoming);
		received.push(key);
		const answer = JSON.stringify({ key });
		outgoing.setHeader("Content-Length", answer.length).end(answer);
	});
	const port = await listen(t, server);
	t.after(() => server.closeAllConnections());
	const callback = base64Json({
		callbackUrl: `http://127.0.0.1:${port}/`,
		callbackBody: "${object}",
	});
	const keys = Array.from({ length: UPLOADS }, (_, index) => `key-${index}`);
	const toDo = keys.values();
	const ids = new Map<string, string>();

	const upload = async (): Promise<void> => {
		for (const key of toDo) {
			const headers = { "x-oss-callback": callback };
			const put = await oss.put(`/photos/${key}`, key, headers);
			assert.equal(put.text, JSON.stringify({ key }));
			ids.set(put.headers["x-oss-request-id"] ?? "", key);
		}
	};
	await Promise.all(Array.from({ length: CONNECTIONS }, upload));

	assert.deepEqual(received.toSorted(), keys.toSorted());
	assert.equal(ids.size, UPLOADS);
	const record = await readRecord(adminUrl);
	assert.equal(record.length, UPLOADS);
	const wrong = record.filter(
		({ id, key, status }) => ids.get(id) !== key || status !== "succeeded",
	);
	assert.deepEqual(wrong, []);
});
