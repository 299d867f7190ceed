/** Configuration documents of buckets: a stored document is returned, and can be put again. */
import { REFERER } from "../../emulator/operations/access/referer.ts";
import { CALLBACK_POLICY } from "../../emulator/operations/configurations/callback-policy.ts";
import { ENCRYPTION } from "../../emulator/operations/configurations/encryption.ts";
import type { Kind } from "../../emulator/operations/configurations/kind.ts";
import {
	HTTPS_CONFIG,
	OVERWRITE_CONFIG,
} from "../../emulator/operations/configurations/switches.ts";
import { CORS } from "../../emulator/operations/cors/cors.ts";
import { LIFECYCLE } from "../../emulator/operations/lifecycle/lifecycle-document.ts";
import { INVENTORY } from "../../emulator/operations/stored-only/inventory.ts";
import { LOGGING } from "../../emulator/operations/stored-only/logging.ts";
import { TAGGING } from "../../emulator/operations/tagging/bucket-tagging.ts";
import { WEBSITE } from "../../emulator/operations/website/website.ts";
import {
	toOssAcl,
	toOssEncryptionRule,
	toOssLifecycle,
	toOssLocation,
} from "../../emulator/s3/documents-in.ts";
import { readXml } from "../../emulator/xml/read.ts";
import { writeXml, type XmlElement } from "../../emulator/xml/write.ts";
import { agree, reading, type Target } from "./engine/target.ts";

const KINDS = [
	REFERER,
	CALLBACK_POLICY,
	ENCRYPTION,
	HTTPS_CONFIG,
	OVERWRITE_CONFIG,
	CORS,
	LIFECYCLE,
	INVENTORY,
	LOGGING,
	TAGGING,
	WEBSITE,
] as unknown as readonly Kind<XmlElement>[];
const TRANSLATIONS = [
	toOssAcl,
	toOssEncryptionRule,
	toOssLifecycle,
	toOssLocation,
];

export default {
	about: "documents of buckets: stored, returned, put again",
	seeds: [
		"<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><MaxAgeSeconds>10</MaxAgeSeconds></CORSRule><ResponseVary>false</ResponseVary></CORSConfiguration>",
		"<LifecycleConfiguration><Rule><ID>a</ID><Prefix>b</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration><Transition><Days>2</Days><StorageClass>IA</StorageClass></Transition><Filter><Not><Prefix>c</Prefix></Not></Filter></Rule></LifecycleConfiguration>",
		"<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><RoutingRules><RoutingRule><RuleNumber>1</RuleNumber><Condition><KeyPrefixEquals>a</KeyPrefixEquals></Condition><Redirect><RedirectType>External</RedirectType><HostName>b.c</HostName></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>",
		"<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><RefererList><Referer>http://*.a</Referer></RefererList></RefererConfiguration>",
		"<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>",
		"<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>",
		"<BucketCallbackPolicy><PolicyItem><PolicyName>p</PolicyName><Callback>e30=</Callback><CallbackVar>e30=</CallbackVar></PolicyItem></BucketCallbackPolicy>",
		"<BucketLoggingStatus><LoggingEnabled><TargetBucket>a</TargetBucket><TargetPrefix>b</TargetPrefix></LoggingEnabled></BucketLoggingStatus>",
		"<AccessControlPolicy><Owner><ID>1</ID></Owner><AccessControlList><Grant><Grantee><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>",
		"<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>",
	],
	run: async (input) => {
		for (const { root, shape } of KINDS) {
			const read = async (body: Buffer): Promise<XmlElement> =>
				shape(await readXml(body, root));
			const document = await reading(input, () => read(input));
			if (!document) continue;
			const shown = writeXml(root, document);
			agree(
				root,
				JSON.parse(JSON.stringify(await read(Buffer.from(shown)))),
				JSON.parse(JSON.stringify(document)),
			);
		}
		for (const translate of TRANSLATIONS)
			await reading(input, () => translate(input));
	},
} satisfies Target;
