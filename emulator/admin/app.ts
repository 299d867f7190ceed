/**
 * The admin port: the emulator's contents and history, as JSON under /api, and the console that shows them.
 *
 * Every route of /api has a schema; the description at /api/openapi.json is made from them.
 */
import { Readable } from "node:stream";
import {
	type FastifyInstance,
	type FastifyReply,
	type FastifyRequest,
	type FastifySchema,
	fastify,
} from "fastify";
import { NO_SCHEMA_COMPILERS } from "../server/schema-compilers.ts";
import { accountRoutes } from "./account-routes.ts";
import { AdminError, toErrorAnswer } from "./admin-error.ts";
import { bucketRoutes, wholeBucketRoutes } from "./bucket-routes.ts";
import { callbackFaultRoutes } from "./callback-fault-routes.ts";
import { callbackRoutes } from "./callback-routes.ts";
import { clockRoutes } from "./clock-routes.ts";
import { cloudRoutes } from "./cloud-routes.ts";
import { consoleRoutes } from "./console-routes.ts";
import { contentRoutes } from "./content-routes.ts";
import type { AdminContext, Routes } from "./context.ts";
import { documentRoutes } from "./document-routes.ts";
import { editRoutes } from "./edit-routes.ts";
import { eventRoutes } from "./event-routes.ts";
import { faultRoutes } from "./fault-routes.ts";
import { refusedAtGateway } from "./gateway-refusal.ts";
import { requireTrusted } from "./guard.ts";
import { lifecycleRoutes } from "./lifecycle-routes.ts";
import { openApiRoutes } from "./openapi-routes.ts";
import { overviewRoutes } from "./overview-routes.ts";
import { presignRoutes } from "./presign-routes.ts";
import { ramRoutes } from "./ram-routes.ts";
import { BODY_BYTES_MAX, readJson } from "./read-json.ts";
import { requestRoutes } from "./request-routes.ts";
import { resetRoutes } from "./reset-routes.ts";
import { parameters } from "./route-schema.ts";
import { seedRoutes } from "./seed-routes.ts";
import { sendingRoutes } from "./sending-routes.ts";
import { settingsRoutes } from "./settings-routes.ts";
import { snapshotRoutes } from "./snapshot-routes.ts";
import { compileSchema, loadValidators } from "./validate.ts";
import { refuseOssRequests } from "./wrong-port.ts";

export async function createAdminApp(
	context: AdminContext,
): Promise<FastifyInstance> {
	const app = fastify({
		bodyLimit: BODY_BYTES_MAX,
		schemaController: NO_SCHEMA_COMPILERS,
		frameworkErrors: (error, incoming, outgoing) =>
			answerError(context, error, incoming, outgoing),
	});
	readJson(app);
	app.setValidatorCompiler(compileSchema);
	// Schemas of answers do not filter them; a test compares answers with their schemas.
	app.setSerializerCompiler(() => (data) => JSON.stringify(data));
	refuseOssRequests(app, context);
	app.addHook("onRequest", async ({ method, url, headers }) => {
		const { host = "", origin } = headers;
		if (url !== "/health")
			requireTrusted({ method, host, origin }, context.emulator.domains);
	});
	app.addHook("preValidation", async ({ routeOptions }) => {
		if (isChecked(routeOptions.schema)) await loadValidators();
	});
	app.setErrorHandler((error, incoming, outgoing) =>
		answerError(context, error, incoming, outgoing),
	);
	app.setNotFoundHandler(async ({ method, url }) => {
		const [path] = url.split("?");
		const message = `there is nothing at ${method} ${path}: see /api/openapi.json`;
		throw new AdminError(404, "NoSuchRoute", message);
	});
	refuseOtherParameters(app);
	openApiRoutes(app, context); // first, because it records the routes that are added after it
	for (const routes of [
		overviewRoutes,
		settingsRoutes,
		accountRoutes,
		requestRoutes,
		resetRoutes,
		snapshotRoutes,
		seedRoutes,
		...readingRoutes(context),
		refusedAtGateway([
			wholeBucketRoutes,
			editRoutes,
			documentRoutes,
			lifecycleRoutes,
		]),
		presignRoutes,
		callbackRoutes,
		sendingRoutes,
		faultRoutes,
		callbackFaultRoutes,
		eventRoutes,
		clockRoutes,
		ramRoutes,
		consoleRoutes,
	])
		routes(app, context);
	return app;
}

/** Whether requests of the route are checked; the schemas of responses only describe them. */
const isChecked = (schema: FastifySchema | undefined): boolean =>
	(schema?.body ?? schema?.querystring ?? schema?.params) !== undefined;

/** Adds the routes of buckets and objects, either the emulator's or those of the cloud behind a gateway. */
function readingRoutes({ emulator }: AdminContext): Routes[] {
	const { upstream } = emulator;
	return upstream ? [cloudRoutes(upstream)] : [bucketRoutes, contentRoutes];
}

/** Routes for browsers and health checks, which may add a parameter to bypass caches. */
const ROUTES_WITH_ANY_PARAMETERS = ["/health", "/ca.pem", "/api/openapi.json"];

/** Routes that declare no parameters accept none: `POST /api/reset?account=1` must not reset everything. */
function refuseOtherParameters(app: FastifyInstance): void {
	app.addHook("onRoute", (route) => {
		const { schema, url } = route;
		if (
			schema &&
			!schema.querystring &&
			!ROUTES_WITH_ANY_PARAMETERS.includes(url)
		)
			route.schema = { ...schema, querystring: parameters({}) };
		if (schema && !schema.body && !("documentedBody" in schema))
			route.preValidation = refuseBody;
	});
}

/** A body like `{"account": "1"}` must not be ignored by `DELETE /api/faults`. A stream is an object's content. */
async function refuseBody({ body }: FastifyRequest): Promise<void> {
	if (body === undefined || body === null || body instanceof Readable) return;
	const isObject = typeof body === "object" && !Array.isArray(body);
	const [name] = isObject ? Object.keys(body) : [];
	if (isObject && name === undefined) return;
	const what = name === undefined ? "a body" : `${name} in a body`;
	throw new AdminError(
		400,
		"InvalidArgument",
		`this route does not accept ${what}: see /api/openapi.json`,
	);
}

function answerError(
	{ emulator }: AdminContext,
	error: unknown,
	{ method, url }: FastifyRequest,
	outgoing: FastifyReply,
): FastifyReply {
	const answer = toErrorAnswer(error);
	if (answer) return outgoing.code(answer.status).send(answer.body);
	const { log, store } = emulator;
	if (!store.explains(error))
		log.error(
			`${method} ${url}: ${error instanceof Error ? error.stack : String(error)}`,
		);
	return outgoing.code(500).send({
		error: "InternalError",
		message: "Internal error; see the emulator's log.",
	});
}
