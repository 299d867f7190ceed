import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";
import { getDocument, putDocument } from "../configurations/document.ts";

const TARGET = "/photos?website";

const website = (content: string): string =>
	`<WebsiteConfiguration>${content}</WebsiteConfiguration>`;

const routed = (condition: string, redirect: string, number = "1"): string =>
	website(
		`<RoutingRules><RoutingRule><RuleNumber>${number}</RuleNumber><Condition>${condition}</Condition><Redirect>${redirect}</Redirect></RoutingRule></RoutingRules>`,
	);

const NOT_FOUND =
	"<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>";
const MIRROR =
	"<RedirectType>Mirror</RedirectType><MirrorURL>http://example.com/</MirrorURL>";

suite("A website's configuration", () => {
	test("is returned with every element of its routing rules", async (t) => {
		const { oss } = await startWithBucket(t);
		const document = website(
			`<IndexDocument><Suffix>index.html</Suffix></IndexDocument><RoutingRules><RoutingRule><RuleNumber>1</RuleNumber><Condition><KeyPrefixEquals>abc/</KeyPrefixEquals><KeySuffixEquals>.txt</KeySuffixEquals>${NOT_FOUND}<IncludeHeader><Key>host</Key><Equals>test.oss-cn-beijing-internal.aliyuncs.com</Equals></IncludeHeader><IncludeHeader><Key>key1</Key><StartsWith>start</StartsWith><EndsWith>end</EndsWith></IncludeHeader></Condition><Redirect><RedirectType>Mirror</RedirectType><PassQueryString>true</PassQueryString><MirrorURL>http://example.com/</MirrorURL><MirrorPassQueryString>true</MirrorPassQueryString><MirrorPassOriginalSlashes>true</MirrorPassOriginalSlashes><MirrorFollowRedirect>true</MirrorFollowRedirect><MirrorCheckMd5>false</MirrorCheckMd5><MirrorHeaders><PassAll>true</PassAll><Pass>myheader-key1</Pass><Remove>myheader-key3</Remove><Set><Key>myheader-key5</Key><Value>myheader-value5</Value></Set></MirrorHeaders></Redirect></RoutingRule><RoutingRule><RuleNumber>2</RuleNumber><Condition><KeyPrefixEquals>abc/</KeyPrefixEquals></Condition><Redirect><RedirectType>AliCDN</RedirectType><Protocol>http</Protocol><HostName>example.com</HostName><PassQueryString>false</PassQueryString><ReplaceKeyWith>prefix/\${key}.suffix</ReplaceKeyWith><HttpRedirectCode>301</HttpRedirectCode></Redirect></RoutingRule></RoutingRules>`,
		);
		await putDocument(oss, TARGET, document);
		assert.equal(await getDocument(oss, TARGET), document);
	});

	test("is returned with the default values of a mirror", async (t) => {
		const { oss } = await startWithBucket(t);
		const redirect = (more: string, headers: string): string =>
			routed(
				NOT_FOUND,
				MIRROR.replace("<MirrorURL>", `${more}<MirrorURL>`) + headers,
			);
		await putDocument(
			oss,
			TARGET,
			redirect("", "<MirrorHeaders><Pass>a</Pass></MirrorHeaders>"),
		);
		assert.equal(
			await getDocument(oss, TARGET),
			redirect(
				"<PassQueryString>false</PassQueryString>",
				"<MirrorPassQueryString>false</MirrorPassQueryString><MirrorPassOriginalSlashes>false</MirrorPassOriginalSlashes><MirrorFollowRedirect>true</MirrorFollowRedirect><MirrorCheckMd5>false</MirrorCheckMd5><MirrorHeaders><PassAll>false</PassAll><Pass>a</Pass></MirrorHeaders>",
			),
		);
	});

	for (const [pass, mirrorPass, returned] of [
		["true", "false", "false"],
		["false", "true", "true"],
		["true", "", "true"],
	] as const)
		test(`returns ${returned} for PassQueryString ${pass} and MirrorPassQueryString ${mirrorPass || "missing"} (A-674)`, async (t) => {
			const { oss } = await startWithBucket(t);
			const own = `<PassQueryString>${pass}</PassQueryString>`;
			const mirror = mirrorPass
				? `<MirrorPassQueryString>${mirrorPass}</MirrorPassQueryString>`
				: "";
			await putDocument(
				oss,
				TARGET,
				routed(NOT_FOUND, `${own}${MIRROR}${mirror}`),
			);
			const website = await oss.get(TARGET);
			assert.deepEqual(textsOf(website, "PassQueryString"), [returned]);
			assert.deepEqual(textsOf(website, "MirrorPassQueryString"), [returned]);
		});

	test("has the type External for a redirect without a type: java1's suite", async (t) => {
		const { oss } = await startWithBucket(t);
		const host = "<HostName>example.com</HostName>";
		await putDocument(oss, TARGET, routed(NOT_FOUND, host));
		assert.equal(
			await getDocument(oss, TARGET),
			routed(NOT_FOUND, `<RedirectType>External</RedirectType>${host}`),
		);
	});

	test("is returned without empty containers", async (t) => {
		const { oss } = await startWithBucket(t);
		await putDocument(
			oss,
			TARGET,
			website(
				"<IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key></Key></ErrorDocument>",
			),
		);
		assert.equal(
			await getDocument(oss, TARGET),
			website("<IndexDocument><Suffix>index.html</Suffix></IndexDocument>"),
		);
	});

	const MALFORMED = "400 MalformedXML ";
	const WRONG = "400 InvalidArgument ";
	const CDN = "<RedirectType>AliCDN</RedirectType>";
	for (const [what, document, refused] of [
		["nothing", website(""), MALFORMED],
		[
			"an index page without a name",
			website("<IndexDocument></IndexDocument>"),
			MALFORMED,
		],
		[
			"an invalid type of index",
			website(
				"<IndexDocument><Suffix>a</Suffix><Type>3</Type></IndexDocument>",
			),
			WRONG,
		],
		["a rule without a number", routed("", CDN, ""), WRONG],
		["a rule with the number 0", routed("", CDN, "0"), WRONG],
		["a rule without a target", routed("", ""), MALFORMED],
		[
			"a status that is not a redirect",
			routed("", `${CDN}<HttpRedirectCode>200</HttpRedirectCode>`),
			WRONG,
		],
		[
			"two ways to replace a key",
			routed(
				"",
				`${CDN}<ReplaceKeyWith>a</ReplaceKeyWith><ReplaceKeyPrefixWith>b</ReplaceKeyPrefixWith>`,
			),
			WRONG,
		],
		[
			"a mirror for a status other than 404",
			routed(NOT_FOUND.replace("404", "403"), MIRROR),
			WRONG,
		],
		[
			"a mirror without a URL",
			routed(NOT_FOUND, "<RedirectType>Mirror</RedirectType>"),
			WRONG,
		],
		[
			"a mirror whose URL does not end with a slash",
			routed(NOT_FOUND, MIRROR.replace(".com/", ".com")),
			WRONG,
		],
		[
			"more than twenty rules",
			website(
				`<RoutingRules>${`<RoutingRule><RuleNumber>1</RuleNumber><Condition></Condition><Redirect>${CDN}</Redirect></RoutingRule>`.repeat(21)}</RoutingRules>`,
			),
			MALFORMED,
		],
	] as const)
		test(`is refused: ${what}`, async (t) => {
			const { oss } = await startWithBucket(t);
			const put = refusal(await oss.put(TARGET, document));
			assert.ok(put.startsWith(refused), put);
		});
});

suite("A visitor of a website", () => {
	const INDEX = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>";
	const SUB_DIRECTORIES = (type: number): string =>
		`<IndexDocument><Suffix>index.html</Suffix><SupportSubDir>true</SupportSubDir><Type>${type}</Type></IndexDocument>`;
	const ERROR = "<ErrorDocument><Key>error.html</Key></ErrorDocument>";
	const PAGES = {
		"index.html": "home",
		"abc/index.html": "abc",
		"error.html": "sorry",
		cat: "meow",
	};

	type Site = { readonly document: string; readonly acl?: string };

	/** Sends requests like a visitor: without a signature, to the bucket's host. */
	async function open(
		t: Parameters<typeof startWithBucket>[0],
		{ document, acl = "public-read" }: Site,
	) {
		const { oss, port } = await startWithBucket(t, acl);
		for (const [key, text] of Object.entries(PAGES))
			await oss.put(`/photos/${key}`, text, { "content-type": "text/html" });
		await putDocument(oss, TARGET, document);
		const host = `photos.localhost:${port}`;
		const visit = (
			target: string,
			headers: Record<string, string> = {},
			method = "GET",
		) => oss.send(method, target, { as: null, host, headers });
		return { oss, visit, host };
	}

	test("receives the index page; a signed request receives the listing", async (t) => {
		const { oss, visit } = await open(t, { document: website(INDEX) });
		const home = await visit("/");
		assert.equal(`${home.status} ${home.text}`, "200 home");
		assert.equal(home.headers["content-type"], "text/html");
		const head = await visit("/", {}, "HEAD");
		assert.equal(`${head.status} ${head.headers["content-length"]}`, "200 4");
		assert.equal((await oss.get("/photos/")).text.includes("<Contents>"), true);
		assert.equal((await visit("/cat")).text, "meow");
	});

	test("receives the listing if the request has parameters of a listing (A-423)", async (t) => {
		const { visit } = await open(t, { document: website(INDEX) });
		for (const query of ["list-type=2", "prefix=", "max-keys=1", "acl"])
			assert.notEqual((await visit(`/?${query}`)).text, "home", query);
		assert.equal((await visit("/?utm_source=mail")).text, "home");
	});

	test("also receives the index page of a bucket in the path", async (t) => {
		const { oss } = await open(t, { document: website(INDEX) });
		assert.equal((await oss.get("/photos/", { as: null })).text, "home");
	});

	for (const [what, document, target, answer] of [
		["the root's index page in every folder", INDEX, "/abc/", "200 home"],
		["a folder's own index page", SUB_DIRECTORIES(0), "/abc/", "200 abc"],
		["a redirect to the folder", SUB_DIRECTORIES(0), "/abc", "302 /abc/"],
		["404 without the slash", SUB_DIRECTORIES(1), "/abc", "404 NoSuchKey"],
		["the folder's page", SUB_DIRECTORIES(2), "/abc", "200 abc"],
		["404 for a missing folder", SUB_DIRECTORIES(0), "/xyz", "404 NoSuchKey"],
	] as const)
		test(`receives ${what}: ${target}`, async (t) => {
			const { visit } = await open(t, { document: website(document) });
			const { status, headers, text } = await visit(target);
			const [code] = textsOf(await visit(target), "Code");
			assert.equal(`${status} ${headers.location ?? code ?? text}`, answer);
		});

	test("receives the error page with status 404 or the configured status", async (t) => {
		const { visit } = await open(t, { document: website(INDEX + ERROR) });
		const missing = await visit("/dog", { range: "bytes=0-0" });
		assert.equal(`${missing.status} ${missing.text}`, "404 sorry");
		const { visit: other } = await open(t, {
			document: website(
				"<ErrorDocument><Key>error.html</Key><HttpStatus>200</HttpStatus></ErrorDocument>",
			),
		});
		const found = await other("/dog");
		assert.equal(`${found.status} ${found.text}`, "200 sorry");
	});

	test("receives the error if there is no error page", async (t) => {
		const { visit } = await open(t, {
			document: website("<ErrorDocument><Key>none.html</Key></ErrorDocument>"),
		});
		assert.match(refusal(await visit("/dog")), /^404 NoSuchKey /);
	});

	test("is refused if the bucket is private", async (t) => {
		const { visit } = await open(t, {
			document: website(INDEX + ERROR),
			acl: "private",
		});
		assert.match(refusal(await visit("/")), /^403 AccessDenied /);
	});

	test("a signed request, or one for a sub-resource, receives the errors unchanged", async (t) => {
		const { oss, visit } = await open(t, { document: website(INDEX + ERROR) });
		assert.match(refusal(await oss.get("/photos/dog")), /^404 NoSuchKey /);
		assert.match(refusal(await visit("/dog?acl")), /^403 AccessDenied /);
		assert.match(
			refusal(await visit("/dog", {}, "DELETE")),
			/^403 AccessDenied /,
		);
	});

	test("a signed request receives the index page of a folder without an object, and no error page (A-657)", async (t) => {
		const { oss } = await open(t, { document: website(INDEX + ERROR) });
		await oss.put("/photos/folder/", "an object");
		assert.equal((await oss.get("/photos/abc/")).text, "home");
		assert.equal((await oss.get("/photos/folder/")).text, "an object");
		assert.equal((await oss.head("/photos/abc/")).status, 404);
		assert.match(refusal(await oss.get("/photos/abc")), /^404 NoSuchKey /);
		await oss.delete("/photos/index.html");
		assert.match(refusal(await oss.get("/photos/abc/")), /^404 NoSuchKey /);
	});

	test("a signed request is also redirected by rules", async (t) => {
		const rule = routed(NOT_FOUND, "<HostName>example.com</HostName>");
		const { oss } = await open(t, { document: rule });
		assert.equal((await oss.get("/photos/cat")).text, "meow");
		const { status, headers } = await oss.get("/photos/dog");
		assert.equal(status, 301);
		assert.equal(headers.location, "http://example.com/dog");
	});

	const PREFIX = "<KeyPrefixEquals>old/</KeyPrefixEquals>";
	const to = (content: string, type = "External"): string =>
		`<RedirectType>${type}</RedirectType>${content}`;
	const elsewhere =
		"<Protocol>https</Protocol><HostName>example.com</HostName>";
	for (const [what, condition, redirect, target, answer] of [
		[
			"to another host",
			PREFIX,
			to(`${elsewhere}<HttpRedirectCode>302</HttpRedirectCode>`),
			"/old/a%20b?c=d",
			"302 https://example.com/old/a%20b",
		],
		[
			"with the query",
			PREFIX,
			to(`${elsewhere}<PassQueryString>true</PassQueryString>`),
			"/old/a?c=%20d&e",
			"301 https://example.com/old/a?c=%20d&e",
		],
		[
			"with another prefix",
			PREFIX,
			to("<ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith>"),
			"/old/a",
			"301 http://HOST/new/a",
		],
		[
			"without the prefix",
			PREFIX,
			to("<EnableReplacePrefix>true</EnableReplacePrefix>"),
			"/old/a",
			"301 http://HOST/a",
		],
		[
			"to a key that contains the original key",
			PREFIX,
			to("<ReplaceKeyWith>prefix/$" + "{key}.suffix</ReplaceKeyWith>"),
			"/old/a",
			"301 http://HOST/prefix/old/a.suffix",
		],
		[
			"by the suffix of the key",
			"<KeySuffixEquals>.txt</KeySuffixEquals>",
			to(elsewhere, "AliCDN"),
			"/a.txt",
			"301 https://example.com/a.txt",
		],
		[
			"by a header",
			"<IncludeHeader><Key>X-Old</Key><Equals>yes</Equals></IncludeHeader>",
			to(elsewhere),
			"/a",
			"301 https://example.com/a",
		],
		[
			"by the prefix and suffix of a header",
			"<IncludeHeader><Key>X-Old</Key><StartsWith>y</StartsWith><EndsWith>s</EndsWith></IncludeHeader>",
			to(elsewhere),
			"/a",
			"301 https://example.com/a",
		],
		[
			"within the bucket",
			PREFIX,
			to("<ReplaceKeyWith>cat</ReplaceKeyWith>", "Internal"),
			"/old/a",
			"200 meow",
		],
		[
			"by a missing object",
			NOT_FOUND,
			to(elsewhere),
			"/dog",
			"301 https://example.com/dog",
		],
	] as const)
		test(`is redirected ${what}`, async (t) => {
			const { visit, host } = await open(t, {
				document: routed(condition, redirect),
			});
			const { status, headers, text } = await visit(target, { "x-old": "yes" });
			assert.equal(
				`${status} ${headers.location ?? text}`,
				answer.replace("HOST", host),
			);
		});

	for (const [what, condition, target, headers] of [
		["another prefix", PREFIX, "/cat", {}],
		["another suffix", "<KeySuffixEquals>.txt</KeySuffixEquals>", "/cat", {}],
		["an existing object", NOT_FOUND, "/cat", {}],
		[
			"a header with another value",
			"<IncludeHeader><Key>X-Old</Key><Equals>yes</Equals></IncludeHeader>",
			"/cat",
			{ "x-old": "no" },
		],
		[
			"a header with another prefix",
			"<IncludeHeader><Key>X-Old</Key><StartsWith>y</StartsWith></IncludeHeader>",
			"/cat",
			{ "x-old": "no" },
		],
		[
			"a header with another suffix",
			"<IncludeHeader><Key>X-Old</Key><EndsWith>s</EndsWith></IncludeHeader>",
			"/cat",
			{ "x-old": "no" },
		],
	] as const)
		test(`is not redirected for ${what}`, async (t) => {
			const { visit } = await open(t, {
				document: routed(condition, to(elsewhere)),
			});
			assert.equal((await visit(target, headers)).text, "meow");
		});

	test("is redirected by the matching rule with the smallest number", async (t) => {
		const rule = (number: number, host: string, condition = ""): string =>
			`<RoutingRule><RuleNumber>${number}</RuleNumber><Condition>${condition}</Condition><Redirect>${to(`<Protocol>http</Protocol><HostName>${host}</HostName>`)}</Redirect></RoutingRule>`;
		const { visit } = await open(t, {
			document: website(
				`<RoutingRules>${rule(3, "c")}${rule(2, "b")}${rule(1, "a", PREFIX)}</RoutingRules>`,
			),
		});
		assert.equal((await visit("/x")).headers.location, "http://b/x");
	});

	test("receives 404 for a mirror rule: the emulator does not fetch from mirrors", async (t) => {
		const { visit } = await open(t, { document: routed(NOT_FOUND, MIRROR) });
		assert.match(refusal(await visit("/dog")), /^404 NoSuchKey /);
	});
});
