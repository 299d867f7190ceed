import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal } from "../client.ts";
import { startWithBucket } from "../emulator.ts";
import { initiate, PART_BYTES, putPart } from "./uploading.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const SELECT = `<Expression>${base64("select * from ossobject")}</Expression>`;
const INPUT = "<InputSerialization><CSV/></InputSerialization>";

/** Each document is accepted with one such element, so the repetition is the only fault. */
const CASES = [
	[
		"DeleteMultipleObjects, Key",
		"POST /photos?delete",
		"<Delete><Object>*</Object></Delete>",
		"<Key>a</Key>",
		"0016-00000607",
	],
	[
		"DeleteMultipleObjects, VersionId",
		"POST /photos?delete",
		"<Delete><Object><Key>a</Key>*</Object></Delete>",
		"<VersionId>null</VersionId>",
		"0016-00000607",
	],
	[
		"DeleteMultipleObjects, Quiet",
		"POST /photos?delete",
		"<Delete>*<Object><Key>a</Key></Object></Delete>",
		"<Quiet>true</Quiet>",
		"0016-00000607",
	],
	[
		"PutBucket, StorageClass",
		"PUT /others",
		"<CreateBucketConfiguration>*</CreateBucketConfiguration>",
		"<StorageClass>IA</StorageClass>",
		"0015-00000231",
	],
	[
		"PutBucket, DataRedundancyType",
		"PUT /others",
		"<CreateBucketConfiguration>*</CreateBucketConfiguration>",
		"<DataRedundancyType>ZRS</DataRedundancyType>",
		"0015-00000231",
	],
	[
		"PutBucketVersioning, Status",
		"PUT /photos?versioning",
		"<VersioningConfiguration>*</VersioningConfiguration>",
		"<Status>Enabled</Status>",
		"0031-00000001",
	],
	[
		"RestoreObject, Days",
		"POST /photos/frozen?restore",
		"<RestoreRequest>*</RestoreRequest>",
		"<Days>1</Days>",
		"0031-00000001",
	],
	[
		"RestoreObject, JobParameters",
		"POST /photos/frozen?restore",
		"<RestoreRequest><Days>1</Days>*</RestoreRequest>",
		"<JobParameters><Tier>Bulk</Tier></JobParameters>",
		"0031-00000001",
	],
	[
		"PutObjectTagging, TagSet",
		"PUT /photos/cat?tagging",
		"<Tagging>*</Tagging>",
		"<TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet>",
		"0010-00000101",
	],
	[
		"PutObjectLegalHold, Status",
		"PUT /photos/cat?legalHold",
		"<LegalHold>*</LegalHold>",
		"<Status>OFF</Status>",
		"0031-00000001",
	],
	[
		"PutObjectRetention, Mode",
		"PUT /photos/cat?retention",
		"<Retention>*<RetainUntilDate>2099-01-01T00:00:00.000Z</RetainUntilDate></Retention>",
		"<Mode>GOVERNANCE</Mode>",
		"0031-00000001",
	],
	[
		"SelectObject, Expression",
		"POST /photos/cat?x-oss-process=csv/select",
		`<SelectRequest>*${INPUT}</SelectRequest>`,
		SELECT,
		"0031-00000001",
	],
	[
		"SelectObject, InputSerialization",
		"POST /photos/cat?x-oss-process=csv/select",
		`<SelectRequest>${SELECT}*</SelectRequest>`,
		INPUT,
		"0031-00000001",
	],
	[
		"CreateSelectObjectMeta, InputSerialization",
		"POST /photos/cat?x-oss-process=csv/meta",
		"<CsvMetaRequest>*</CsvMetaRequest>",
		INPUT,
		"0031-00000001",
	],
	[
		"PutAsyncFetchTask, Url",
		"POST /photos?asyncFetch",
		"<AsyncFetchTaskConfiguration>*<Object>fetched</Object></AsyncFetchTaskConfiguration>",
		"<Url>http://127.0.0.1:1/cat</Url>",
		"0031-00000001",
	],
] as const;

suite("An element that OSS requires once, if it is repeated,", () => {
	for (const [what, target, document, element, ec] of CASES)
		test(`is MalformedXML: ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			await oss.put("/photos?objectWorm", WORM);
			await oss.put("/photos/cat", "a,b\n");
			const frozen = { "x-oss-storage-class": "ColdArchive" };
			await oss.put("/photos/frozen", "meow", frozen);
			const send = (elements: string) => {
				const [method = "", path = ""] = target.split(" ");
				const body = document.replace("*", () => elements);
				return oss.send(method, path, { body });
			};
			assert.equal(
				refusal(await send(element + element)).split(":")[0],
				`400 MalformedXML ${ec}`,
			);
			const accepted = await send(element);
			assert.ok(accepted.status < 300, accepted.text);
		});

	for (const element of ["PartNumber", "ETag"])
		test(`is MalformedXML: CompleteMultipartUpload, ${element}`, async (t) => {
			const emulator = await startWithBucket(t);
			const id = await initiate(emulator);
			const etag = await putPart(emulator, id, 1, Buffer.alloc(PART_BYTES));
			const part = `<PartNumber>1</PartNumber><ETag>${etag}</ETag>`;
			const again =
				element === "ETag"
					? `<ETag>${etag}</ETag>`
					: "<PartNumber>1</PartNumber>";
			const complete = (elements: string) =>
				emulator.oss.post(
					`/photos/cat?uploadId=${id}`,
					`<CompleteMultipartUpload><Part>${elements}</Part></CompleteMultipartUpload>`,
				);
			assert.match(
				refusal(await complete(part + again)),
				/^400 MalformedXML 0042-00000205/,
			);
			assert.equal((await complete(part)).status, 200);
		});
});

const WORM =
	"<ObjectWormConfiguration><ObjectWormEnabled>Enabled</ObjectWormEnabled></ObjectWormConfiguration>";

/** Documents with every element that can occur once, without lists. */
const DOCUMENTS = [
	[
		"PutBucketLogging",
		"PUT /photos?logging",
		"<BucketLoggingStatus><LoggingEnabled><TargetBucket>photos</TargetBucket><TargetPrefix>p-</TargetPrefix></LoggingEnabled></BucketLoggingStatus>",
	],
	[
		"PutBucketWebsite",
		"PUT /photos?website",
		"<WebsiteConfiguration><IndexDocument><Suffix>i.html</Suffix><SupportSubDir>true</SupportSubDir><Type>0</Type></IndexDocument><ErrorDocument><Key>e.html</Key><HttpStatus>404</HttpStatus></ErrorDocument></WebsiteConfiguration>",
	],
	[
		"PutBucketReferer",
		"PUT /photos?referer",
		"<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><AllowTruncateQueryString>true</AllowTruncateQueryString><TruncatePath>true</TruncatePath><RefererList></RefererList></RefererConfiguration>",
	],
	[
		"PutBucketEncryption",
		"PUT /photos?encryption",
		"<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>",
	],
	[
		"PutBucketRequestPayment",
		"PUT /photos?requestPayment",
		"<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
	],
	[
		"PutBucketAccessMonitor",
		"PUT /photos?accessmonitor",
		"<AccessMonitorConfiguration><Status>Enabled</Status></AccessMonitorConfiguration>",
	],
	[
		"PutStyle",
		"PUT /photos?style&styleName=small",
		"<Style><Content>image/resize,w_10</Content></Style>",
	],
	[
		"PutLiveChannel",
		"PUT /photos/live?live",
		"<LiveChannelConfiguration><Description/><Status>enabled</Status><Target><Type>HLS</Type><FragDuration>5</FragDuration><FragCount>3</FragCount><PlaylistName>playlist.m3u8</PlaylistName></Target></LiveChannelConfiguration>",
	],
	[
		"SelectObject",
		"POST /photos/cat?x-oss-process=csv/select",
		`<SelectRequest>${SELECT}<InputSerialization><CompressionType>None</CompressionType><CSV><FileHeaderInfo>None</FileHeaderInfo></CSV></InputSerialization><OutputSerialization><KeepAllColumns>false</KeepAllColumns><OutputRawData>false</OutputRawData><EnablePayloadCrc>true</EnablePayloadCrc></OutputSerialization><Options><SkipPartialDataRecord>false</SkipPartialDataRecord></Options></SelectRequest>`,
	],
] as const;

suite("Each element of a document that is not a list can occur once:", () => {
	for (const [what, target, document] of DOCUMENTS)
		test(what, async (t) => {
			const { oss } = await startWithBucket(t);
			await oss.put("/photos/cat", "a,b\n");
			const [method = "", path = ""] = target.split(" ");
			const send = (body: string) => oss.send(method, path, { body });
			assert.ok((await send(document)).status < 300);
			const repeated = doubled(document);
			assert.ok(repeated.length > 0);
			for (const body of repeated)
				assert.match(refusal(await send(body)), /^400 MalformedXML /, body);
		});
});

/** @returns a copy of the document for each of its elements, with that element repeated */
function doubled(document: string): string[] {
	const inner = document.replaceAll(/^<\w+>|<\/\w+>$/g, "");
	const names = new Set(
		Array.from(inner.matchAll(/<(\w+)/g), ([, name = ""]) => name),
	);
	return Array.from(names, (name) =>
		document.replace(
			new RegExp(`<${name}/>|<${name}>.*?</${name}>`),
			(element) => element + element,
		),
	);
}
