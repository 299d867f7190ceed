import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { suite, test } from "node:test";
import { refusal } from "../../client.ts";
import { startEmulator, startWithBucket } from "../../emulator.ts";
import { documentOf, getDocument, putDocument } from "./document.ts";

const MALFORMED =
	"The XML you provided was not well-formed or did not validate against our published schema.";

type Example = {
	readonly target: string;
	readonly document: string;
	/** The document that GET returns, if it differs from the one that was put. */
	readonly returned?: string;
	/** The response of GET before the first PUT: a document, or an error. */
	readonly absent: string;
	/** Whether OSS has no operation that deletes the document. */
	readonly stays?: true;
};

/** Documents, and OSS's responses before the first PUT, from the API reference and the SDKs' suites. */
const examples: readonly Example[] = [
	{
		target: "?accessmonitor",
		document:
			"<AccessMonitorConfiguration><Status>Enabled</Status></AccessMonitorConfiguration>",
		absent:
			"<AccessMonitorConfiguration><Status>Disabled</Status></AccessMonitorConfiguration>",
		stays: true,
	},
	{
		target: "?bucketArchiveDirectRead",
		document:
			"<ArchiveDirectReadConfiguration><Enabled>true</Enabled></ArchiveDirectReadConfiguration>",
		absent:
			"404 NoSuchArchiveDirectReadConfiguration : The bucket you specified does not have archive direct read configuration.",
		stays: true,
	},
	{
		target: "?cors",
		document:
			"<CORSConfiguration><CORSRule><MaxAgeSeconds>100</MaxAgeSeconds><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod><ExposeHeader>x-oss-test</ExposeHeader><ExposeHeader>ETag</ExposeHeader><AllowedHeader>Authorization</AllowedHeader></CORSRule><ResponseVary>false</ResponseVary></CORSConfiguration>",
		returned:
			"<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod><AllowedHeader>authorization</AllowedHeader><ExposeHeader>x-oss-test</ExposeHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>100</MaxAgeSeconds></CORSRule><ResponseVary>false</ResponseVary></CORSConfiguration>",
		absent:
			"404 NoSuchCORSConfiguration 0034-00000001: The CORS Configuration does not exist.",
	},
	{
		target: "?encryption",
		document:
			"<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><KMSMasterKeyID>9468da86-3509-4f8d-a61e-6eab1eac****</KMSMasterKeyID><SSEAlgorithm>KMS</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>",
		returned:
			"<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>9468da86-3509-4f8d-a61e-6eab1eac****</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>",
		absent:
			"404 NoSuchServerSideEncryptionRule : The server side encryption configuration was not found.",
	},
	{
		target: "?httpsConfig",
		document:
			"<HttpsConfiguration><TLS><Enable>true</Enable><TLSVersion>TLSv1.2</TLSVersion><TLSVersion>TLSv1.3</TLSVersion></TLS></HttpsConfiguration>",
		absent:
			"404 NoSuchHttpsConfig : The bucket you specified does not have https configuration.",
		stays: true,
	},
	{
		target: "?lifecycle",
		document:
			"<LifecycleConfiguration><Rule><Status>Enabled</Status><ID>mtime transition1</ID><Prefix>logs1/</Prefix><Transition><StorageClass>IA</StorageClass><Days>30</Days></Transition></Rule></LifecycleConfiguration>",
		returned:
			"<LifecycleConfiguration><Rule><ID>mtime transition1</ID><Prefix>logs1/</Prefix><Status>Enabled</Status><Transition><Days>30</Days><StorageClass>IA</StorageClass></Transition></Rule></LifecycleConfiguration>",
		absent: "404 NoSuchLifecycle : No Row found in Lifecycle Table.",
	},
	{
		target: "?logging",
		document:
			"<BucketLoggingStatus><LoggingEnabled><TargetPrefix>MyLog-</TargetPrefix><TargetBucket>photos</TargetBucket></LoggingEnabled></BucketLoggingStatus>",
		returned:
			"<BucketLoggingStatus><LoggingEnabled><TargetBucket>photos</TargetBucket><TargetPrefix>MyLog-</TargetPrefix></LoggingEnabled></BucketLoggingStatus>",
		absent:
			"<BucketLoggingStatus><LoggingEnabled></LoggingEnabled></BucketLoggingStatus>",
	},
	{
		target: "?objectWorm",
		document:
			"<ObjectWormConfiguration><ObjectWormEnabled>Enabled</ObjectWormEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectWormConfiguration>",
		absent:
			"404 NoSuchObjectWormConfiguration : The bucket you specified does not have object worm configuration.",
		stays: true,
	},
	{
		target: "?overwriteConfig",
		document:
			"<OverwriteConfiguration><Rule><ID>forbid-write-rule1</ID><Action>forbid</Action><Prefix>a/</Prefix><Suffix>.txt</Suffix><Principals><Principal>a</Principal><Principal>b</Principal></Principals></Rule></OverwriteConfiguration>",
		absent:
			"404 NoSuchBucketOverwriteConfig : The bucket you specified does not have overwrite configuration.",
	},
	{
		target: "?publicAccessBlock",
		document:
			"<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>",
		absent:
			"<PublicAccessBlockConfiguration><BlockPublicAccess>false</BlockPublicAccess></PublicAccessBlockConfiguration>",
	},
	{
		target: "?qos",
		document:
			"<BucketUserQos><StorageCapacity>100</StorageCapacity></BucketUserQos>",
		absent:
			"<BucketUserQos><StorageCapacity>-1</StorageCapacity></BucketUserQos>",
		stays: true,
	},
	{
		target: "?referer",
		document:
			"<RefererConfiguration><AllowEmptyReferer>false</AllowEmptyReferer><RefererList><Referer>http://www.aliyun.com</Referer><Referer>https://www.?.aliyuncs.com</Referer></RefererList><RefererBlacklist><Referer>http://www.refuse.com</Referer></RefererBlacklist><TruncatePath>false</TruncatePath></RefererConfiguration>",
		returned:
			"<RefererConfiguration><AllowEmptyReferer>false</AllowEmptyReferer><AllowTruncateQueryString>true</AllowTruncateQueryString><TruncatePath>false</TruncatePath><RefererList><Referer>http://www.aliyun.com</Referer><Referer>https://www.?.aliyuncs.com</Referer></RefererList><RefererBlacklist><Referer>http://www.refuse.com</Referer></RefererBlacklist></RefererConfiguration>",
		absent:
			"<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><AllowTruncateQueryString>true</AllowTruncateQueryString><TruncatePath>false</TruncatePath><RefererList></RefererList></RefererConfiguration>",
		stays: true,
	},
	{
		target: "?requestPayment",
		document:
			"<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>",
		absent:
			"<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
		stays: true,
	},
	{
		target: "?tagging",
		document:
			"<Tagging><TagSet><Tag><Key>k2</Key><Value></Value></Tag><Tag><Value>v 1</Value><Key>k1</Key></Tag></TagSet></Tagging>",
		returned:
			"<Tagging><TagSet><Tag><Key>k2</Key><Value></Value></Tag><Tag><Key>k1</Key><Value>v 1</Value></Tag></TagSet></Tagging>",
		absent: "<Tagging><TagSet></TagSet></Tagging>",
	},
	{
		target: "?transferAcceleration",
		document:
			"<TransferAccelerationConfiguration><Enabled>true</Enabled></TransferAccelerationConfiguration>",
		absent:
			"404 NoSuchTransferAccelerationConfiguration : The bucket you specified does not have transfer acceleration configuration.",
	},
	{
		target: "?userDefinedLogFieldsConfig",
		document:
			"<UserDefinedLogFieldsConfiguration><ParamSet><parameter>p1</parameter></ParamSet><HeaderSet><header>header1</header><header>header2</header></HeaderSet></UserDefinedLogFieldsConfiguration>",
		returned:
			"<UserDefinedLogFieldsConfiguration><HeaderSet><header>header1</header><header>header2</header></HeaderSet><ParamSet><parameter>p1</parameter></ParamSet></UserDefinedLogFieldsConfiguration>",
		absent:
			"404 NoSuchUserDefinedLogFieldsConfig : The bucket you specified does not have user defined log fields configuration.",
	},
	{
		target: "?responseHeader",
		document:
			"<ResponseHeaderConfiguration><Rule><Name>rule1</Name><Filters><Operation>Put</Operation><Operation>GetObject</Operation></Filters><HideHeaders><Header>Last-Modified</Header></HideHeaders></Rule></ResponseHeaderConfiguration>",
		absent:
			"404 NoSuchBucketResponseHeader : The bucket you specified does not have response header configuration.",
	},
	{
		target: "?website",
		document:
			"<WebsiteConfiguration><ErrorDocument><HttpStatus>404</HttpStatus><Key>error.html</Key></ErrorDocument><IndexDocument><Suffix>index.html</Suffix><SupportSubDir>true</SupportSubDir><Type>0</Type></IndexDocument></WebsiteConfiguration>",
		returned:
			"<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix><SupportSubDir>true</SupportSubDir><Type>0</Type></IndexDocument><ErrorDocument><Key>error.html</Key><HttpStatus>404</HttpStatus></ErrorDocument></WebsiteConfiguration>",
		absent:
			"404 NoSuchWebsiteConfiguration : The specified bucket does not have a website configuration.",
	},
];

suite("A configuration document", () => {
	for (const {
		target,
		document,
		returned = document,
		absent,
		stays,
	} of examples)
		test(`of ${target} can be put, read and deleted`, async (t) => {
			const { oss } = await startWithBucket(t);
			const at = `/photos${target}`;
			const get = async (): Promise<string> => {
				const answer = await oss.get(at);
				return answer.status === 200 ? documentOf(answer) : refusal(answer);
			};
			assert.equal(await get(), absent);
			await putDocument(oss, at, document);
			assert.equal(await get(), returned);
			await putDocument(oss, at, returned);
			assert.equal(await get(), returned);

			for (const time of ["first", "second"]) {
				const { status, text } = await oss.delete(at);
				const expected = stays ? "400" : "204 ";
				assert.equal(stays ? `${status}` : `${status} ${text}`, expected, time);
			}
			assert.equal(await get(), stays ? returned : absent);
		});

	for (const { target, document } of examples)
		test(`of ${target} requires an existing bucket, and its owner as the caller`, async (t) => {
			const { oss } = await startWithBucket(t, "public-read-write");
			for (const method of ["PUT", "GET"]) {
				const sent = method === "PUT" ? { body: document } : {};
				const denied = await oss.send(method, `/photos${target}`, {
					...sent,
					as: null,
				});
				assert.match(refusal(denied), /^403 AccessDenied /);
				const missing = await oss.send(method, `/missing${target}`, sent);
				assert.match(
					refusal(missing),
					method === "PUT" && /objectWorm|overwriteConfig/.test(target)
						? /^400 MalformedXML 0015-00000231: /
						: /^404 NoSuchBucket 0015-00000101: The specified bucket does not exist\.$/,
				);
			}
		});

	for (const { target } of examples)
		test(`of ${target} with another root is malformed`, async (t) => {
			const { oss } = await startWithBucket(t);
			const put = await oss.put(`/photos${target}`, "<Other></Other>");
			assert.match(refusal(put), /^400 MalformedXML [\d-]*: /);
			assert.ok(refusal(put).endsWith(MALFORMED));
		});

	test("replaces the previous document completely", async (t) => {
		const { oss } = await startWithBucket(t);
		const fields = (what: string): string =>
			`<UserDefinedLogFieldsConfiguration>${what}</UserDefinedLogFieldsConfiguration>`;
		const header = fields("<HeaderSet><header>a</header></HeaderSet>");
		const parameter = fields("<ParamSet><parameter>b</parameter></ParamSet>");
		const target = "/photos?userDefinedLogFieldsConfig";
		await putDocument(oss, target, header);
		await putDocument(oss, target, parameter);
		assert.equal(await getDocument(oss, target), parameter);
	});

	test("can have a namespace, a declaration, and white space between its elements", async (t) => {
		const { oss } = await startWithBucket(t);
		await putDocument(
			oss,
			"/photos?requestPayment",
			`<?xml version="1.0" encoding="UTF-8"?>
			<RequestPaymentConfiguration xmlns="http://doc.oss-cn-hangzhou.aliyuncs.com">
				<Payer> Requester </Payer>
			</RequestPaymentConfiguration>
			`,
		);
		assert.equal(
			await getDocument(oss, "/photos?requestPayment"),
			"<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>",
		);
	});

	test("is stored without undocumented elements (A-400)", async (t) => {
		const { oss } = await startWithBucket(t);
		await putDocument(
			oss,
			"/photos?requestPayment",
			"<RequestPaymentConfiguration><Tip>10</Tip><Payer>Requester</Payer></RequestPaymentConfiguration>",
		);
		assert.equal(
			await getDocument(oss, "/photos?requestPayment"),
			"<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>",
		);
	});

	test("is unescaped when it is read, and escaped when it is written", async (t) => {
		const { oss } = await startWithBucket(t);
		const document =
			"<Tagging><TagSet><Tag><Key>a&amp;b</Key><Value>&lt;猫&gt;</Value></Tag></TagSet></Tagging>";
		await putDocument(oss, "/photos?tagging", document);
		assert.equal(await getDocument(oss, "/photos?tagging"), document);
	});

	for (const [what, document] of [
		["without its element", ""],
		["with its element twice", "<Payer>Requester</Payer>".repeat(2)],
		["with an invalid value", "<Payer>Unknown</Payer>"],
	] as const)
		test(`${what} is malformed`, async (t) => {
			const { oss } = await startWithBucket(t);
			const put = await oss.put(
				"/photos?requestPayment",
				`<RequestPaymentConfiguration>${document}</RequestPaymentConfiguration>`,
			);
			assert.match(refusal(put), /^400 MalformedXML /);
		});

	test("that is truncated or empty is malformed", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const body of ["", "<RequestPaymentConfiguration>", "Requester"])
			assert.match(
				refusal(await oss.put("/photos?requestPayment", body)),
				/^400 MalformedXML /,
				body,
			);
	});

	test("is refused if it does not match the Content-MD5 of the request", async (t) => {
		const { oss } = await startWithBucket(t);
		const document =
			"<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>";
		const md5 = (text: string): string =>
			createHash("md5").update(text).digest("base64");
		const target = "/photos?requestPayment";
		const wrong = await oss.put(target, document, { "content-md5": md5("") });
		assert.equal(
			refusal(wrong).replace(/ [\d-]*:/, ":"),
			"400 InvalidDigest: The Content-MD5 you specified was invalid.",
		);
		await putDocument(oss, target, document, { "content-md5": md5(document) });
	});

	test("is deleted with its bucket", async (t) => {
		const { oss } = await startWithBucket(t);
		await putDocument(
			oss,
			"/photos?tagging",
			"<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>",
		);
		await oss.delete("/photos");
		await oss.put("/photos");
		assert.equal(
			await getDocument(oss, "/photos?tagging"),
			"<Tagging><TagSet></TagSet></Tagging>",
		);
	});
});

suite("Block public access of an account", () => {
	test("can be put, read and deleted", async (t) => {
		const { oss } = await startEmulator(t);
		const block = (value: boolean): string =>
			`<PublicAccessBlockConfiguration><BlockPublicAccess>${value}</BlockPublicAccess></PublicAccessBlockConfiguration>`;
		assert.equal(await getDocument(oss, "/?publicAccessBlock"), block(false));
		await putDocument(oss, "/?publicAccessBlock", block(true));
		assert.equal(await getDocument(oss, "/?publicAccessBlock"), block(true));
		for (const _ of [1, 2])
			assert.equal((await oss.delete("/?publicAccessBlock")).status, 204);
		assert.equal(await getDocument(oss, "/?publicAccessBlock"), block(false));
	});
});
