/**
 * Routes that a gateway refuses: they read and change the emulator's own buckets, and a gateway has none. Without the
 * refusal they would answer that the bucket does not exist, although it does in the cloud.
 *
 * Pure.
 */
import { AdminError } from "./admin-error.ts";
import type { Routes } from "./context.ts";

/** For changes and for readings that need the emulator's own store. */
export const gatewayRefusal = (method = "PUT"): AdminError => {
	const what =
		method === "GET" ? "read more than their objects" : "change them";
	return new AdminError(
		409,
		"Gateway",
		`the buckets of a gateway are in the cloud: use an SDK to ${what}`,
	);
};

/** Adds the routes as they are; at a gateway each of them answers 409 `Gateway`, before its body is read. */
export const refusedAtGateway =
	(routes: readonly Routes[]): Routes =>
	(app, context) => {
		app.register(async (own) => {
			if (context.emulator.upstream)
				own.addHook("onRequest", async ({ method }) => {
					throw gatewayRefusal(method);
				});
			for (const add of routes) add(own, context);
		});
	};
