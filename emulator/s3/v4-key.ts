/**
 * The credential of AWS Signature Version 4, `AccessKeyId/yyyyMMdd/region/s3/aws4_request`, and the key made for it.
 *
 * OSS accepts any region unchanged: SDKs sign with `us-east-1`, `cn-hangzhou` or `oss-cn-hangzhou`.
 *
 * Pure. Source: AWS «Signature Version 4»; captures of minio-go and clickhouse-backup for the region.
 */
import { derivedKey, type HmacKey } from "../auth/hmac-key.ts";

export type Credential = {
	readonly accessKeyId: string;
	/** The day, `yyyyMMdd`. */
	readonly date: string;
	readonly region: string;
	readonly service: string;
};

const TERMINATOR = "aws4_request";

/** @returns undefined unless all five parts are present; an access key id cannot contain a slash */
export function readCredential(text: string): Credential | undefined {
	const parts = text.split("/");
	const [accessKeyId = "", date = "", region = "", service = "", end] = parts;
	const isComplete =
		parts.length === 5 &&
		/^[\x21-\x7e]+$/.test(accessKeyId) &&
		/^\d{8}$/.test(date) &&
		region !== "" &&
		end === TERMINATOR;
	return isComplete ? { accessKeyId, date, region, service } : undefined;
}

export const writeScope = ({ date, region, service }: Credential): string =>
	`${date}/${region}/${service}/${TERMINATOR}`;

export const signingKey = (
	secret: string,
	{ date, region, service }: Credential,
): HmacKey => derivedKey(`AWS4${secret}`, [date, region, service, TERMINATOR]);
