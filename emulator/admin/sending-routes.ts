/**
 * Callbacks sent manually: a recorded one once more, or one without an upload.
 */

import { CALLBACK_OPERATIONS } from "../callback/model.ts";
import { repetitionIn } from "../records/delivery-record.ts";
import { makeRequestId } from "../server/arrival.ts";
import { AdminError } from "./admin-error.ts";
import { getDelivery } from "./callback-routes.ts";
import type { Routes } from "./context.ts";
import { viewDelivery } from "./delivery-view.ts";
import { DOCUMENT_BYTES_MAX } from "./read-json.ts";
import { answers, parameters, refer, type Schema } from "./route-schema.ts";
import {
	type SyntheticCallback,
	sendSyntheticCallback,
} from "./synthetic-callback.ts";

export const sendingRoutes: Routes = (app, { emulator }) => {
	const { store, callbacks, clock } = emulator;

	app.post<{ Params: { id: string }; Body: { url?: string } | null }>(
		"/api/callbacks/:id/send",
		{ schema: sendAgain },
		async ({ params, body }) => {
			const recorded = await getDelivery(store, params.id);
			if (recorded.attempts.length === 0) throw neverSent(recorded.id);
			const id = makeRequestId(clock.now());
			const record = repetitionIn(store.deliveries, id);
			await callbacks.repeat(recorded, body?.url, record);
			return viewDelivery(await getDelivery(store, id));
		},
	);

	app.post<{ Body: SyntheticCallback }>(
		"/api/callbacks",
		{ schema: sendWithoutUpload, bodyLimit: DOCUMENT_BYTES_MAX },
		async ({ body, ip }) => {
			const id = makeRequestId(clock.now());
			await sendSyntheticCallback(
				emulator,
				body,
				id,
				ip.replace(/^::ffff:/, ""),
			);
			return viewDelivery(await getDelivery(store, id));
		},
	);
};

const neverSent = (id: string): AdminError =>
	new AdminError(
		409,
		"NeverSent",
		`callback ${id} was not sent: there is nothing to send again`,
	);

const sendAgain = {
	operationId: "sendCallbackAgain",
	tags: ["callbacks"],
	summary: "Sends a callback once more, to its own URLs or to another URL",
	description:
		"The same body, headers and request id, signed for the called URL; the application server receives a duplicate. Answers when the outcome is known.",
	params: parameters({ id: { type: "string" } }, "id"),
	body: {
		type: ["object", "null"],
		properties: { url: { type: "string", minLength: 1 } },
		additionalProperties: false,
	},
	response: answers("The new callback.", refer("Delivery")),
} as const;

const text: Schema = { type: "string" };

const sendWithoutUpload = {
	operationId: "sendCallback",
	tags: ["callbacks"],
	summary: "Sends a callback without an upload",
	description:
		"As if the object had just been uploaded. Omitted facts are taken from the object of this name if it exists, and are synthetic otherwise. Answers when the outcome is known.",
	body: parameters(
		{
			callback: {
				type: "object",
				description:
					"The callback's JSON: callbackUrl, callbackBody and so on.",
			},
			callbackVar: {
				type: "object",
				propertyNames: { pattern: "^x:" },
				additionalProperties: text,
				description: "Custom variables by name, including x:.",
			},
			bucket: { ...text, minLength: 1 },
			key: { ...text, minLength: 1 },
			operation: {
				enum: CALLBACK_OPERATIONS,
				default: "PutObject",
			},
			size: { type: "integer", minimum: 0 },
			etag: text,
			contentType: text,
			crc64: { ...text, pattern: "^[0-9]*$" },
			contentMd5: text,
		},
		"callback",
		"bucket",
		"key",
	),
	response: answers("The callback.", refer("Delivery")),
} as const;
