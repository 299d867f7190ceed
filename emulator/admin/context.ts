/**
 * The objects that the routes of the admin port use.
 */
import type { FastifyInstance } from "fastify";
import type { Emulator } from "../emulator.ts";
import type { Lifecycle } from "../operations/lifecycle/scheduler.ts";
import type { AdjustableLog } from "../oss/log.ts";
import type { RequestLog } from "../records/request-log.ts";
import type { RouteSchema } from "./route-schema.ts";

declare module "fastify" {
	// For the OpenAPI document, in addition to the properties of @fastify/swagger.
	interface FastifySchema
		extends Partial<Pick<RouteSchema, "documentedBody">> {}
}

export type AdminContext = {
	readonly emulator: Emulator;
	readonly requests: RequestLog;
	readonly lifecycle: Lifecycle;
	readonly log: AdjustableLog;
	/** The endpoint of the OSS port. */
	readonly endpoint: string;
	readonly version: string;
	/** PEM: the certificate that clients of the https port must trust; undefined without such a port. */
	readonly authority: string | undefined;
	/** The settings at start, without secrets. */
	readonly settings: object;
	/** Fires when the emulator is about to end; waiting requests are then answered. */
	readonly ending: AbortSignal;
};

/** Adds routes to the admin application. */
export type Routes = (app: FastifyInstance, context: AdminContext) => void;
