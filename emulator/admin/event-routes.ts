/**
 * Live events, as server-sent events, for the console and for `callbacks --follow`.
 */
import type { ServerResponse } from "node:http";
import { readDelivery } from "../records/delivery-record.ts";
import { AdminError } from "./admin-error.ts";
import type { Routes } from "./context.ts";
import { summarise } from "./delivery-view.ts";
import { answers } from "./route-schema.ts";

const LISTENERS_MAX = 100;

/** Maximum of unread bytes: a client that does not read is disconnected, and connects again. */
const UNREAD_BYTES_MAX = 1024 * 1024;

/** Well below the minute after which a silent connection is closed. */
const BEAT_MS = 15_000;

/** Minimum interval between two events for requests. */
const REQUESTS_EVERY_MS = 250;

export const eventRoutes: Routes = (app, { emulator, requests, ending }) => {
	const { deliveries } = emulator.store;
	const streams = new Set<EventStream>();
	ending.addEventListener("abort", () => {
		for (const stream of streams) stream.end();
	});

	app.get(
		"/api/events",
		{ schema: followEvents, exposeHeadRoute: false },
		async (_incoming, outgoing) => {
			if (streams.size >= LISTENERS_MAX || ending.aborted) throw full();
			outgoing.hijack();
			const stream = new EventStream(outgoing.raw);
			const unwatchDeliveries = deliveries.watch((stored) =>
				stream.send("callback", summarise(readDelivery(stored))),
			);
			const unwatchRequests = requests.watch(() => stream.requests());
			streams.add(stream);
			outgoing.raw.once("close", () => {
				unwatchDeliveries();
				unwatchRequests();
				stream.stop();
				streams.delete(stream);
			});
		},
	);
};

class EventStream {
	readonly #outgoing: ServerResponse;
	readonly #beat: NodeJS.Timeout;
	#requestsTimer: NodeJS.Timeout | undefined;

	constructor(outgoing: ServerResponse) {
		this.#outgoing = outgoing.writeHead(200, {
			"Content-Type": "text/event-stream",
			"Cache-Control": "no-store",
		});
		this.#write(":\n\n"); // so that the headers are sent
		this.#beat = setInterval(() => this.#write(":\n\n"), BEAT_MS);
	}

	send(event: string, data: unknown): void {
		this.#write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
	}

	/** Must be called when OSS has answered a request. */
	requests(): void {
		this.#requestsTimer ??= setTimeout(() => {
			this.#requestsTimer = undefined;
			this.send("requests", {});
		}, REQUESTS_EVERY_MS);
	}

	#write(text: string): void {
		this.#outgoing.write(text);
		if (this.#outgoing.writableLength > UNREAD_BYTES_MAX)
			this.#outgoing.destroy();
	}

	end(): void {
		this.#outgoing.end();
	}

	stop(): void {
		clearInterval(this.#beat);
		clearTimeout(this.#requestsTimer);
	}
}

const full = (): AdminError =>
	new AdminError(
		503,
		"TooManyListeners",
		`${LISTENERS_MAX} connections already follow the events: close some pages`,
	);

const followEvents = {
	operationId: "followEvents",
	tags: ["events"],
	summary: "Live events, as server-sent events",
	description:
		"`callback`: a callback was sent, or its outcome is known; the data is a DeliverySummary. `requests`: OSS answered requests; no data.",
	response: answers("A stream that does not end.", {}, "text/event-stream"),
} as const;
