/**
 * Checks a form before its file is read: its signature, its key, the caller's rights and the policy's conditions. A
 * refusal is explained in the emulator's record, as for requests that are signed in the header or URL.
 *
 * Source: docs «PostObject».
 */
import {
	checkPolicy,
	type FormFields,
	type Policy,
	readPostPolicy,
} from "../../auth/post-policy.ts";
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import { expiryTimeOf, type OssRequest } from "../../oss/request.ts";
import type { Form } from "./form.ts";

export type AuthorizedForm = {
	/** The request with the form's caller and key. */
	readonly formRequest: OssRequest;
	/** undefined when the form is not signed. */
	readonly policy: Policy | undefined;
};

/**
 * @param requireRights throws unless the caller may put the object; receives the fields as headers
 * @throws OssError AccessDenied, SignatureDoesNotMatch, InvalidAccessKeyId, InvalidPolicyDocument, InvalidArgument,
 *   InvalidObjectName; the errors of `requireRights`
 */
export async function authorizeForm(
	emulator: Emulator,
	request: OssRequest,
	form: Form,
	requireRights: (formRequest: OssRequest) => Promise<void>,
): Promise<AuthorizedForm> {
	const { accounts, region, checkSignatures } = emulator;
	const { caller, policy } = await diagnosed(
		emulator,
		request,
		form.fields,
		(fields) =>
			readPostPolicy(fields, accounts, {
				region,
				checkSignatures,
				now: expiryTimeOf(request),
			}),
	);
	const formRequest = { ...request, caller, key: form.readKey() };
	await requireRights({
		...formRequest,
		headers: form.headersWith(formRequest.headers),
	});
	await diagnosed(emulator, request, form.policyFields, (fields) => {
		if (policy) checkPolicy(policy, fields, request.bucket);
	});
	return { formRequest, policy };
}

/** @throws the error of `work`; an OssError has its diagnosis added */
async function diagnosed<T>(
	{ accounts, region, clock }: Emulator,
	request: OssRequest,
	fields: FormFields,
	work: (fields: FormFields) => T,
): Promise<T> {
	try {
		return work(fields);
	} catch (error) {
		if (!(error instanceof OssError)) throw error;
		// Loaded when the first form is refused.
		const { diagnoseForm } = await import("../../diagnosis/form-doctor.ts");
		const known = { accounts, region, clockAheadMs: clock.aheadMs };
		const receivedAt = expiryTimeOf(request);
		const form = { ...known, fields, bucket: request.bucket, receivedAt };
		error.diagnosis = (await diagnoseForm(error, form)) || error.diagnosis;
		throw error;
	}
}
