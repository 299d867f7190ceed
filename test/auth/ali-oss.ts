/** The part of ali-oss that signs requests, without sending them; the package has no types. */
import { createRequire } from "node:module";

export type AliOss = {
	signatureUrl(name: string, options: object): string;
	signatureUrlV4(
		method: string,
		expires: number,
		request: {
			readonly headers?: Readonly<Record<string, string>>;
			readonly queries?: Readonly<Record<string, string | null>>;
		},
		name: string,
		additionalHeaders?: readonly string[],
	): Promise<string>;
	calculatePostSignature(policy: object): {
		readonly OSSAccessKeyId: string;
		readonly Signature: string;
		readonly policy: string;
	};
	signPostObjectPolicyV4(policy: object, date: Date): string;
};

type Options = Readonly<Record<string, string | boolean>>;

const require = createRequire(import.meta.url);
const Client: new (options: Options) => AliOss = require("ali-oss");
const {
	createRequest,
}: {
	createRequest(
		this: AliOss,
		params: object,
	): {
		readonly url: string;
		readonly params: {
			readonly method: string;
			readonly headers: Readonly<Record<string, string | number>>;
		};
	};
} = require("ali-oss/lib/common/utils/createRequest.js");

export const aliOss = (options: Options = {}): AliOss =>
	new Client({
		accessKeyId: "ak",
		accessKeySecret: "sk",
		bucket: "examplebucket",
		region: "oss-cn-hangzhou",
		...options,
	});

/** The request that ali-oss would send for one of its calls. */
export const requestOf = (
	client: AliOss,
	params: object,
): ReturnType<typeof createRequest> => createRequest.call(client, params);
