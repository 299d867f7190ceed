/**
 * Injected faults: rules that make requests and callbacks fail, wait or disconnect.
 */

import { CALLBACK_OPERATIONS } from "../callback/model.ts";
import type { FaultAction } from "../faults/action.ts";
import { findMistake } from "../faults/action.ts";
import {
	ANY_OPERATION,
	CALLBACK,
	FAULTS_MAX,
	type FaultRule,
} from "../faults/faults.ts";
import { AdminError } from "./admin-error.ts";
import { requireAccount } from "./clean-up.ts";
import type { Routes } from "./context.ts";
import {
	addFault,
	clearFaults,
	getFault,
	listFaults,
	removeFault,
} from "./fault-schemas.ts";
import type { OfAccount } from "./route-schema.ts";

type WithId = { readonly id: string };

export const faultRoutes: Routes = (app, { emulator }) => {
	const { faults } = emulator;

	app.get<{ Querystring: OfAccount }>(
		"/api/faults",
		{ schema: listFaults },
		async ({ query: { account } }) => ({
			faults: faults
				.list()
				.filter((rule) => account === undefined || rule.account === account),
		}),
	);

	app.post<{ Body: FaultRule }>(
		"/api/faults",
		{ schema: addFault },
		async ({ body }, outgoing) => {
			requireAction(body.do, body.operation, "do");
			if (body.account !== undefined) requireAccount(emulator, body.account);
			const added = faults.add(body);
			if (added) return outgoing.code(201).send(added);
			throw tooManyFaults();
		},
	);

	app.get<{ Params: WithId }>(
		"/api/faults/:id",
		{ schema: getFault },
		async ({ params: { id } }) => {
			const found = faults.find(id);
			if (found) return found;
			throw noSuchFault(id);
		},
	);

	app.delete<{ Params: WithId }>(
		"/api/faults/:id",
		{ schema: removeFault },
		async ({ params: { id } }) => {
			if (faults.remove(id)) return { deleted: 1 };
			throw noSuchFault(id);
		},
	);

	app.delete<{ Querystring: OfAccount }>(
		"/api/faults",
		{ schema: clearFaults },
		async ({ query: { account } }) => ({ deleted: faults.clear(account) }),
	);
};

/** The operations that support callbacks. */
const UPLOADS: readonly string[] = [
	...CALLBACK_OPERATIONS,
	CALLBACK,
	ANY_OPERATION,
];

/**
 * @param place position of the action in the request, for the message
 * @throws AdminError 400 for an action that cannot be carried out, or not on such an operation
 */
export function requireAction(
	action: FaultAction,
	operation: string,
	place: string,
): void {
	const mistake = findMistake(action);
	if (mistake !== "") throw invalid(`${place}: ${mistake}`);
	if (action.callback !== undefined && !UPLOADS.includes(operation))
		throw invalid(
			`${place}: a callback fault needs an operation with callbacks: ${UPLOADS.join(", ")}`,
		);
	if (action.callback === undefined && operation === CALLBACK)
		throw invalid(`${place}: operation callback needs a callback`);
}

const invalid = (message: string): AdminError =>
	new AdminError(400, "InvalidArgument", message);

export const tooManyFaults = (): AdminError =>
	new AdminError(
		409,
		"TooManyFaults",
		`there are already ${FAULTS_MAX} faults: remove some first`,
	);

export const noSuchFault = (id: string): AdminError =>
	new AdminError(404, "NoSuchFault", `there is no fault ${id}`);
