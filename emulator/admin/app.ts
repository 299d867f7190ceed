/**
 * The admin port: what is in the emulator and what happened, as JSON under /api.
 */
import { type FastifyInstance, fastify } from "fastify";
import type { Emulator } from "../emulator.ts";
import type { RequestLog } from "../server/request-log.ts";

export type AdminAppOptions = {
	readonly emulator: Emulator;
	readonly requests: RequestLog;
	/** Of the OSS port. */
	readonly endpoint: string;
};

export async function createAdminApp({
	requests,
	endpoint,
}: AdminAppOptions): Promise<FastifyInstance> {
	const app = fastify();
	app.get("/health", async () => ({ status: "ok", endpoint }));
	app.get("/api/requests", async () => ({ requests: requests.list() }));
	return app;
}
