/**
 * What refuses a form is explained for the record, as it is of requests that are signed in header or URL.
 */
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import type { OssRequest } from "../../oss/request.ts";
import type { Form } from "./form.ts";

/** @throws what `work` throws, an OssError with its diagnosis */
export async function diagnosed<T>(
	{ accounts, region, clock }: Emulator,
	{ bucket, receivedAt }: OssRequest,
	{ fields }: Form,
	work: () => T,
): Promise<T> {
	try {
		return work();
	} catch (error) {
		if (!(error instanceof OssError)) throw error;
		// Loaded when the first form is refused.
		const { diagnoseForm } = await import("../../diagnosis/form-doctor.ts");
		const known = { accounts, region, clockAheadMs: clock.aheadMs };
		const patient = { ...known, fields, bucket, receivedAt };
		error.diagnosis = diagnoseForm(error, patient) || error.diagnosis;
		throw error;
	}
}
