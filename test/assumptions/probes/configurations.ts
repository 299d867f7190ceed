/**
 * Probes of a bucket's configuration documents: refusals, and how they are returned. Each probe deletes its document.
 */
import type { Answer } from "../../client.ts";
import type { Cloud } from "../cloud.ts";
import { code, each, elements, outcomeOf, type Probe } from "../probe.ts";

/** Puts a document, runs `look`, and deletes the document. */
async function withDocument<T>(
	cloud: Cloud,
	name: string,
	document: string,
	look: (put: Answer) => Promise<T>,
): Promise<T> {
	try {
		return await look(await cloud.put(`/?${name}`, document));
	} finally {
		await cloud.delete(`/?${name}`);
	}
}

const lifecycle = (...rules: readonly string[]): string =>
	`<LifecycleConfiguration>${rules
		.map(
			(rule, i) => `<Rule><ID>r${i}</ID>${rule}<Status>Enabled</Status></Rule>`,
		)
		.join("")}</LifecycleConfiguration>`;

const expire = (days: number): string =>
	`<Expiration><Days>${days}</Days></Expiration>`;
const move = (days: number, storageClass: string): string =>
	`<Transition><Days>${days}</Days><StorageClass>${storageClass}</StorageClass></Transition>`;
const prefix = (text: string): string => `<Prefix>${text}</Prefix>`;

const putLifecycle = (cloud: Cloud, document: string): Promise<string> =>
	withDocument(cloud, "lifecycle", document, async (put) => outcomeOf(put));

const cors = (rule: string): string =>
	`<CORSConfiguration><CORSRule>${rule}</CORSRule></CORSConfiguration>`;
const corsRule = (origin: string, header = "", exposed = ""): string =>
	cors(
		`<AllowedOrigin>${origin}</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>${header && `<AllowedHeader>${header}</AllowedHeader>`}${exposed && `<ExposeHeader>${exposed}</ExposeHeader>`}`,
	);

const inventory = (cloud: Cloud, id: string, classes = ""): string =>
	`<InventoryConfiguration><Id>${id}</Id><IsEnabled>false</IsEnabled><Filter><Prefix>a/</Prefix>${classes && `<StorageClass>${classes}</StorageClass>`}</Filter><Destination><OSSBucketDestination><Format>CSV</Format><AccountId>100000000000000</AccountId><RoleArn>acs:ram::100000000000000:role/AliyunOSSRole</RoleArn><Bucket>acs:oss:::${cloud.bucket}</Bucket><Prefix>i</Prefix></OSSBucketDestination></Destination><Schedule><Frequency>Weekly</Frequency></Schedule><IncludedObjectVersions>Current</IncludedObjectVersions></InventoryConfiguration>`;

const website =
	"<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>error.html</Key></ErrorDocument></WebsiteConfiguration>";

async function withWebsite<T>(
	cloud: Cloud,
	acl: string,
	look: () => Promise<T>,
): Promise<T> {
	const headers = { "x-oss-object-acl": acl, "content-type": "text/html" };
	await cloud.must(cloud.put("/index.html", "home", headers));
	await cloud.must(cloud.put("/error.html", "error", headers));
	return withDocument(cloud, "website", website, async (put) => {
		await cloud.must(Promise.resolve(put));
		return look();
	});
}

const tags = (given: Readonly<Record<string, string>>): string =>
	`<Tagging><TagSet>${Object.entries(given)
		.map(
			([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`,
		)
		.join("")}</TagSet></Tagging>`;

const DAY_MS = 24 * 3_600_000;

export const configurations: readonly Probe[] = [
	{
		id: "A-400",
		assumes:
			"An undocumented element is omitted when the document is returned.",
		sends:
			"PutBucketRequestPayment with an element <Tip>, then GET; whether the document has it.",
		expects: ["200", "Tip: false"],
		run: async ({ cloud }) => {
			const put = await cloud.put(
				"/?requestPayment",
				"<RequestPaymentConfiguration><Tip>10</Tip><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
			);
			const got = await cloud.get("/?requestPayment");
			return [outcomeOf(put), `Tip: ${got.text.includes("<Tip>")}`];
		},
	},
	{
		id: "A-401",
		assumes:
			"A date in a lifecycle rule that is not midnight in UTC is InvalidArgument.",
		sends:
			"PutBucketLifecycle with CreatedBeforeDate at ten o'clock, and on 32 October.",
		expects: [
			"ten o'clock: 400 InvalidArgument : The argument is invalid.",
			"32 October: 400 InvalidArgument : The argument is invalid.",
		],
		run: ({ cloud }) =>
			each(
				{
					"ten o'clock": "2018-10-11T10:00:00.000Z",
					"32 October": "2018-10-32T00:00:00.000Z",
				},
				(date) =>
					putLifecycle(
						cloud,
						lifecycle(
							`${prefix("none/")}<Expiration><CreatedBeforeDate>${date}</CreatedBeforeDate></Expiration>`,
						),
					),
			),
	},
	{
		id: "A-402",
		assumes:
			"A tag in a lifecycle rule with a character that tags cannot have is MalformedXML.",
		sends: "PutBucketLifecycle with a tag whose key is a@b.",
		expects: [
			"400 MalformedXML 0014-00000031: The XML you provided was not well-formed or did not validate against our published schema.",
		],
		run: async ({ cloud }) => [
			await putLifecycle(
				cloud,
				lifecycle(
					`${prefix("none/")}<Tag><Key>a@b</Key><Value>1</Value></Tag>${expire(1)}`,
				),
			),
		],
	},
	{
		id: "A-403",
		assumes:
			"A lifecycle rule with contradictory times is InvalidArgument; one with contradictory elements is MalformedXML.",
		sends:
			"PutBucketLifecycle with rules that contradict themselves; code and EC.",
		expects: [
			"colder before warmer: 400 InvalidArgument",
			"one class twice: 400 InvalidArgument",
			"deleted before it is moved: 400 InvalidArgument",
			"days and a date: 400 MalformedXML 0031-00000001",
		],
		run: ({ cloud }) =>
			each(
				{
					"colder before warmer": move(60, "IA") + move(30, "Archive"),
					"one class twice": move(30, "IA") + move(60, "IA"),
					"deleted before it is moved": expire(10) + move(30, "IA"),
					"days and a date":
						"<AbortMultipartUpload><Days>1</Days><CreatedBeforeDate>2018-10-11T00:00:00.000Z</CreatedBeforeDate></AbortMultipartUpload>",
				},
				async (rule) =>
					(await putLifecycle(cloud, lifecycle(prefix("none/") + rule)))
						.replace(/:.*$/s, "")
						.trim(),
			),
	},
	{
		id: "A-404",
		assumes:
			"Two lifecycle rules that overlap for one action are InvalidArgument; py1's suite has the text.",
		sends: "PutBucketLifecycle with rules that delete logs/ and logs/old/.",
		expects: ["400 InvalidArgument : Overlap for same action type Expiration"],
		run: async ({ cloud }) => [
			await putLifecycle(
				cloud,
				lifecycle(
					prefix("logs/") + expire(2),
					prefix("logs/old/") + expire(10),
				),
			),
		],
	},
	{
		id: "A-640",
		assumes:
			"An object expires exactly the rule's number of days after its last change, to the second.",
		sends:
			"PutBucketLifecycle with 3 days for one key, then PUT of it; the difference of expiry-date in x-oss-expiration and Date.",
		expects: ["3 days to the second"],
		run: async ({ cloud }) => {
			const key = cloud.name();
			const document = lifecycle(prefix(key) + expire(3));
			return withDocument(cloud, "lifecycle", document, async (put) => {
				await cloud.must(Promise.resolve(put));
				const expected = "3 days to the second";
				return [
					await cloud.eventually(expected, async () => {
						const { headers } = await cloud.put(`/${key}`, "meow");
						const [, date = ""] =
							/expiry-date="([^"]*)"/.exec(headers["x-oss-expiration"] ?? "") ??
							[];
						const ms = Date.parse(date) - Date.parse(headers.date ?? "");
						if (Number.isNaN(ms)) return "no expiry-date";
						return Math.abs(ms - 3 * DAY_MS) < 2000
							? expected
							: `${/T?00:00:00/.test(date) ? "midnight" : "another time"} after ${(ms / DAY_MS).toFixed(2)} days`;
					}),
				];
			});
		},
	},
	{
		id: "A-643",
		assumes: "The rule-id of x-oss-expiration is percent-encoded.",
		sends:
			"PutBucketLifecycle with a rule called «after 猫 days», then PUT; rule-id in x-oss-expiration.",
		expects: ['rule-id="after%20%E7%8C%AB%20days"'],
		run: async ({ cloud }) => {
			const key = cloud.name();
			const document = `<LifecycleConfiguration><Rule><ID>after 猫 days</ID>${prefix(key)}<Status>Enabled</Status>${expire(3)}</Rule></LifecycleConfiguration>`;
			const expected = 'rule-id="after%20%E7%8C%AB%20days"';
			return withDocument(cloud, "lifecycle", document, async (put) => {
				await cloud.must(Promise.resolve(put));
				return [
					await cloud.eventually(expected, async () => {
						const { headers } = await cloud.put(`/${key}`, "meow");
						const [id = "none"] =
							/rule-id="[^"]*"/.exec(headers["x-oss-expiration"] ?? "") ?? [];
						return id;
					}),
				];
			});
		},
	},
	{
		id: "A-405",
		assumes:
			"Two asterisks in an origin or a header of a CORS rule, and any asterisk in an exposed header, are InvalidArgument.",
		sends: "PutBucketCors with such rules.",
		expects: [
			"an origin with two: 400 InvalidArgument : The argument is invalid.",
			"a header with two: 400 InvalidArgument : The argument is invalid.",
			"an exposed header with one: 400 InvalidArgument 0034-00000013: The argument is invalid.",
		],
		run: ({ cloud }) =>
			each(
				{
					"an origin with two": corsRule("*.*"),
					"a header with two": corsRule("http://a.example", "*-*"),
					"an exposed header with one": corsRule(
						"http://a.example",
						"",
						"x-oss-*",
					),
				},
				(document) =>
					withDocument(cloud, "cors", document, async (put) => outcomeOf(put)),
			),
	},
	{
		id: "A-406",
		assumes:
			"The response to a cross-origin request lists all methods of the CORS rule, not just the method of the request.",
		sends:
			"PutBucketCors with GET and PUT, then GET with Origin; Access-Control-Allow-Methods.",
		expects: ["GET, PUT"],
		run: ({ cloud }) =>
			withDocument(
				cloud,
				"cors",
				corsRule("http://a.example", "*"),
				async (put) => {
					await cloud.must(Promise.resolve(put));
					const headers = { origin: "http://a.example" };
					return [
						await cloud.eventually("GET, PUT", async () => {
							const got = await cloud.get("/?max-keys=1", { headers });
							return got.headers["access-control-allow-methods"] ?? "none";
						}),
					];
				},
			),
	},
	{
		id: "A-407",
		assumes: "PutBucketTags replaces all tags.",
		sends: "PutBucketTags with a and b, then with b and c; the keys.",
		expects: ["b, c"],
		run: ({ cloud }) =>
			withDocument(cloud, "tagging", tags({ a: "1", b: "2" }), async (put) => {
				await cloud.must(Promise.resolve(put));
				await cloud.must(cloud.put("/?tagging", tags({ b: "3", c: "4" })));
				return [
					await cloud.eventually("b, c", async () =>
						elements(await cloud.get("/?tagging"), "Key"),
					),
				];
			}),
	},
	{
		id: "A-408",
		assumes:
			"GetBucketObjectWormConfiguration of a bucket without one is 404 NoSuchObjectWormConfiguration.",
		sends: "GET /?objectWorm.",
		expects: ["404 NoSuchObjectWormConfiguration"],
		run: async ({ cloud }) => [code(await cloud.get("/?objectWorm"))],
	},
	{
		id: "A-413",
		assumes:
			"GetBucketResponseHeader of a bucket without one is 404 NoSuchBucketResponseHeader.",
		sends: "GET /?responseHeader.",
		expects: ["404 NoSuchBucketResponseHeader"],
		run: async ({ cloud }) => [code(await cloud.get("/?responseHeader"))],
	},
	{
		id: "A-409",
		assumes:
			"A resource group id is checked only by its syntax: rg- and 15 letters or digits.",
		sends: "PutBucketResourceGroup with ids of another syntax.",
		expects: [
			"short: 400 ResourceGroupIdPreCheckError 0039-00000003: The resource group id precheck error",
			"upper case: 400 ResourceGroupIdPreCheckError 0039-00000003: The resource group id precheck error",
			"long: 400 ResourceGroupIdPreCheckError 0039-00000003: The resource group id precheck error",
		],
		run: ({ cloud }) =>
			each(
				{
					short: "rg",
					"upper case": "rg-AEK27TC2XXXXXXX",
					long: "rg-aek27tc2xxxxxxxx",
				},
				(id) =>
					cloud.put(
						"/?resourceGroup",
						`<BucketResourceGroupConfiguration><ResourceGroupId>${id}</ResourceGroupId></BucketResourceGroupConfiguration>`,
					),
			),
	},
	{
		id: "A-410",
		assumes:
			"PutBucketInventory with an id that differs from the document's is InvalidArgument.",
		sends: "PUT /?inventory&inventoryId=b with the document of a.",
		expects: ["400 InvalidArgument : The argument is invalid."],
		run: async ({ cloud }) => {
			const put = await cloud.put(
				"/?inventory&inventoryId=b",
				inventory(cloud, "a"),
			);
			await cloud.delete("/?inventory&inventoryId=b");
			return [outcomeOf(put)];
		},
	},
	{
		id: "A-411",
		assumes:
			"PutBucketInventory with an existing id replaces the inventory, although the page on 409 says otherwise.",
		sends:
			"PutBucketInventory twice with one id; it needs a role that the account may lack.",
		expects: ["200"],
		run: ({ cloud }) =>
			withDocument(
				cloud,
				"inventory&inventoryId=a",
				inventory(cloud, "a"),
				async (put) => {
					await cloud.must(Promise.resolve(put));
					return [
						outcomeOf(
							await cloud.put(
								"/?inventory&inventoryId=a",
								inventory(cloud, "a"),
							),
						),
					];
				},
			),
	},
	{
		id: "A-656",
		assumes:
			"The storage classes of an inventory's filter are returned in alphabetical order.",
		sends:
			"PutBucketInventory with Standard,IA,Archive, then GET; it needs a role that the account may lack.",
		expects: ["Archive,IA,Standard"],
		run: ({ cloud }) =>
			withDocument(
				cloud,
				"inventory&inventoryId=a",
				inventory(cloud, "a", "Standard,IA,Archive"),
				async (put) => {
					await cloud.must(Promise.resolve(put));
					const got = await cloud.get("/?inventory&inventoryId=a");
					return [elements(got, "StorageClass")];
				},
			),
	},
	{
		id: "A-412",
		assumes: "An account has a bandwidth of 10 Gbit/s in each direction.",
		sends:
			"GET /?qosInfo of the service; TotalUploadBandwidth and TotalDownloadBandwidth.",
		expects: ["up 10, down 10"],
		run: async ({ cloud }) => {
			const got = await cloud.must(cloud.get("/?qosInfo", { bucket: null }));
			return [
				`up ${elements(got, "TotalUploadBandwidth")}, down ${elements(got, "TotalDownloadBandwidth")}`,
			];
		},
	},
	{
		id: "A-414",
		assumes:
			"A retention policy of 0 days, and of more than 70 years, is MalformedXML.",
		sends:
			"InitiateBucketWorm with 0 and 25,551 days; an accepted policy is aborted before it is locked.",
		expects: [
			"0 days: 400 MalformedXML 0031-00000001: The XML you provided was not well-formed or did not validate against our published schema.",
			"25,551 days: 400 MalformedXML 0031-00000001: The XML you provided was not well-formed or did not validate against our published schema.",
		],
		run: ({ cloud }) =>
			each({ "0 days": 0, "25,551 days": 25_551 }, async (days) => {
				const begun = await cloud.post(
					"/?worm",
					`<InitiateWormConfiguration><RetentionPeriodInDays>${days}</RetentionPeriodInDays></InitiateWormConfiguration>`,
				);
				if (begun.status < 300) await cloud.delete("/?worm");
				return outcomeOf(begun);
			}),
	},
	{
		id: "A-417",
		assumes:
			"CloseMetaQuery of a bucket that has no meta query is not an error.",
		sends: "POST /?metaQuery&comp=delete.",
		expects: ["200"],
		run: async ({ cloud }) => [
			outcomeOf(await cloud.post("/?metaQuery&comp=delete")),
		],
	},
	{
		id: "A-418",
		assumes: "A bucket policy of more than 16 KB is InvalidPolicyDocument.",
		sends: "PutBucketPolicy of 16 KB and one byte, which allows nothing.",
		expects: ["400 InvalidPolicyDocument 0006-00000201"],
		run: ({ cloud }) => {
			const policy = JSON.stringify({
				Version: "1",
				Statement: [
					{
						Effect: "Deny",
						Principal: ["1000000000000000"],
						Action: ["oss:PutObject"],
						Resource: [`acs:oss:*:*:${cloud.bucket}/none`],
					},
				],
			});
			return withDocument(
				cloud,
				"policy",
				policy.padEnd(16 * 1024 + 1),
				async (put) => [code(put)],
			);
		},
	},
	{
		id: "A-419",
		assumes:
			"Two callback policies with the same name, and one without a name, are InvalidArgument.",
		sends: "PUT /?policy&comp=callback with such documents.",
		expects: [
			"the same name twice: 400 InvalidArgument : The argument is invalid.",
			"no name: 400 InvalidArgument : The argument is invalid.",
		],
		run: ({ cloud }) => {
			const item = (name: string): string =>
				`<PolicyItem><PolicyName>${name}</PolicyName><Callback>e30=</Callback><CallbackVar></CallbackVar></PolicyItem>`;
			return each(
				{ "the same name twice": item("a") + item("a"), "no name": item("") },
				(items) =>
					withDocument(
						cloud,
						"policy&comp=callback",
						`<BucketCallbackPolicy>${items}</BucketCallbackPolicy>`,
						async (put) => outcomeOf(put),
					),
			);
		},
	},
	{
		id: "A-420",
		assumes:
			"PutBucketVersioning without a status, or with an invalid one, is MalformedXML.",
		sends:
			"PutBucketVersioning without <Status>, with an empty one, and with Disabled.",
		needs: ["versions"],
		expects: [
			"none: 400 MalformedXML 0031-00000001: The XML you provided was not well-formed or did not validate against our published schema.",
			"empty: 400 MalformedXML 0031-00000001: The XML you provided was not well-formed or did not validate against our published schema.",
			"Disabled: 400 MalformedXML 0031-00000001: The XML you provided was not well-formed or did not validate against our published schema.",
		],
		run: ({ cloud }) =>
			each(
				{
					none: "",
					empty: "<Status></Status>",
					Disabled: "<Status>Disabled</Status>",
				},
				(status) =>
					cloud.put(
						"/?versioning",
						`<VersioningConfiguration>${status}</VersioningConfiguration>`,
					),
			),
	},
	{
		id: "A-423",
		assumes:
			"An anonymous request for a listing does not return the index page of a website.",
		sends:
			"GET /?prefix= and GET / without a signature, of a bucket with a website; code and EC, or the page.",
		expects: ["GET /: home", "GET /?prefix=: 403 AccessDenied 0003-00000905"],
		run: ({ cloud }) =>
			withWebsite(cloud, "public-read", async () => {
				const visit = async (target: string): Promise<string> => {
					const answer = await cloud.get(target, { as: null });
					return answer.text === "home" ? "home" : code(answer);
				};
				return [
					`GET /: ${await cloud.eventually("home", () => visit("/"))}`,
					`GET /?prefix=: ${await visit("/?prefix=")}`,
				];
			}),
	},
	{
		id: "A-657",
		assumes:
			"A signed GetObject of a folder that is not an object returns the index page; a signed request never returns the error page.",
		sends:
			"GET /KEY/ and GET /KEY, signed, of keys that do not exist, in a bucket with a website.",
		expects: ["folder: home", "object: 404 NoSuchKey 0026-00000001"],
		run: ({ cloud }) =>
			withWebsite(cloud, "default", async () => {
				const visit = async (target: string): Promise<string> => {
					const answer = await cloud.get(target);
					return answer.status < 300 ? answer.text : code(answer);
				};
				const key = cloud.name();
				return [
					`folder: ${await cloud.eventually("home", () => visit(`/${key}/`))}`,
					`object: ${await visit(`/${key}`)}`,
				];
			}),
	},
	{
		id: "A-672",
		assumes:
			"GetVodPlaylist and PostVodPlaylist of a channel that does not exist return the error for a time without a recording.",
		sends: "GET and POST with ?vod of a live channel that does not exist.",
		expects: [
			"GET: 400 InvalidArgument 0044-00000308: No ts file found in specified time span.",
			"POST: 400 InvalidArgument 0044-00000308: No ts file found in specified time span.",
		],
		run: ({ cloud }) => {
			const query = "vod&startTime=1459922368&endTime=1459922563";
			const key = cloud.name();
			return each(
				{ GET: ["GET", key], POST: ["POST", `${key}/b.m3u8`] } as const,
				([method, target]) => cloud.send(method, `/${target}?${query}`),
			);
		},
	},
	{
		id: "A-630",
		assumes:
			"With a storage capacity of 0 GB uploads are refused, with the message that php's suite expects.",
		sends:
			"PUT /?qos with a StorageCapacity of 0, then PUT of an object; the capacity is unlimited again afterwards.",
		expects: [
			"403 QuotaExceeded : Bucket storage exceed max storage capacity.",
		],
		run: async ({ cloud }) => {
			const limit = (gigabytes: number) =>
				cloud.put(
					"/?qos",
					`<BucketUserQos><StorageCapacity>${gigabytes}</StorageCapacity></BucketUserQos>`,
				);
			await cloud.must(limit(0));
			try {
				return [outcomeOf(await cloud.put(`/${cloud.name()}`, "meow"))];
			} finally {
				await limit(-1);
			}
		},
	},
	{
		id: "A-940",
		assumes: "Referers of more than 20 KB are MalformedXML.",
		sends:
			"PutBucketReferer with a referer of 20 KB and one byte; code and EC. The list is emptied again.",
		expects: ["400 MalformedXML 0031-00000001"],
		run: async ({ cloud }) => {
			const referers = (list: string) =>
				cloud.put(
					"/?referer",
					`<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><RefererList>${list}</RefererList></RefererConfiguration>`,
				);
			const long = `<Referer>${"a".repeat(20 * 1024 + 1)}</Referer>`;
			const answer = await referers(long);
			await referers("<Referer></Referer>");
			return [code(answer)];
		},
	},
	{
		id: "A-934",
		assumes:
			"A data pipeline that does not exist is NoSuchDataPipeline; an empty list is 200.",
		sends:
			"POST /?dataPipeline of the service with actions that list and get; code.",
		expects: ["list: 200", "get: 404 NoSuchDataPipeline"],
		run: ({ cloud }) =>
			each(
				{
					list: "listDataPipelineConfigurations",
					get: "getDataPipelineConfiguration",
				},
				async (action) =>
					code(
						await cloud.send("POST", `/?dataPipeline&action=${action}`, {
							bucket: null,
						}),
					),
			),
	},
];
