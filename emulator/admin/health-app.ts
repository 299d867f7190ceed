/**
 * Answers `/health` before the application of the admin port exists, which takes ten times as long to load: a client
 * that only waits for the emulator, such as Docker, does without it.
 */
import { type FastifyInstance, fastify } from "fastify";
import { NO_SCHEMA_COMPILERS } from "../server/schema-compilers.ts";

export type Health = { readonly status: "ok"; readonly endpoint: string };

export const describeHealth = (endpoint: string): Health => ({
	status: "ok",
	endpoint,
});

export const HEALTH_PATH = "/health";

export async function createHealthApp(
	endpoint: string,
): Promise<FastifyInstance> {
	const app = fastify({ schemaController: NO_SCHEMA_COMPILERS });
	app.get(HEALTH_PATH, async () => describeHealth(endpoint));
	await app.ready();
	return app;
}
