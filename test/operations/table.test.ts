import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { SUB_RESOURCES } from "../../emulator/auth/sub-resources.ts";
import { CALLBACK_OPERATIONS } from "../../emulator/callback/model.ts";
import {
	makeSelector,
	select,
} from "../../emulator/operations/match-operation.ts";
import { type Row, row } from "../../emulator/operations/row.ts";
import { SELECTING_SUB_RESOURCES } from "../../emulator/operations/sub-resources.ts";
import { table } from "../../emulator/operations/table.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import { kindOf, makeRequest, thrownBy } from "../auth/request.ts";
import { refusal } from "../client.ts";
import { startWithBucket } from "../emulator.ts";

const TARGETS = {
	service: {},
	bucket: { bucket: "photos" },
	object: { bucket: "photos", key: "cat.jpg" },
} as const;

const selectName = (
	method: string,
	target: keyof typeof TARGETS,
	rawQuery = "",
	header = "",
): string => {
	const headers = header === "" ? {} : { [header]: "/photos/dog.jpg" };
	return select(makeRequest({ method, ...TARGETS[target], rawQuery, headers }))
		.name;
};

const selectRow = ({ method, target, query, header }: Row): string =>
	selectName(method, target, query.join("&"), header);

suite("The table of operations", () => {
	for (const one of table) {
		test(`${one.name} is selected by its own request line: ${one.requestLine}`, () => {
			assert.equal(selectRow(one), one.name);
		});
	}

	test("has no operation that requires a bucket without being in one", () => {
		const demanding = table.filter(
			({ access, run }) =>
				(access === "account" || access === "none") && (run?.length ?? 0) > 2,
		);
		assert.deepEqual(
			demanding.map(({ name }) => name),
			[],
		);
	});

	test("states for each operation that sends callbacks where it reads them", () => {
		const sending = table.filter(({ callback }) => /^sent/.test(callback));
		assert.deepEqual(
			sending.map(({ name }) => name),
			CALLBACK_OPERATIONS,
		);
	});

	test("has each operation once", () => {
		const names = table.map(({ name }) => name);
		assert.deepEqual(names, [...new Set(names)]);
	});

	test("requires each sub-resource and header once", () => {
		const lines = table.map(({ method, target, query, header }) =>
			JSON.stringify([method, target, query.toSorted(), header]),
		);
		assert.deepEqual(lines, [...new Set(lines)]);
	});

	/** A header changes CopyObject into UploadPartCopy; a modifier does not change the operation. */
	const selecting = [...SUB_RESOURCES].filter((name) =>
		SELECTING_SUB_RESOURCES.includes(name),
	);

	test("never matches a signed sub-resource to another operation", () => {
		const plain = new Set<string>(
			table.filter(({ query }) => query.length === 0).map(({ name }) => name),
		);
		const fallen: string[] = [];
		for (const name of selecting) {
			for (const method of ["GET", "HEAD", "PUT", "POST", "DELETE"]) {
				for (const target of ["service", "bucket", "object"] as const) {
					const selected = found(() => selectName(method, target, name));
					if (plain.has(selected)) fallen.push(`${method} ${target} ${name}`);
				}
			}
		}
		assert.ok(selecting.length > 70, String(selecting.length));
		assert.deepEqual(fallen, []);
	});

	test("has a row for every sub-resource that OSS signs and that selects an operation", () => {
		const named = new Set(
			table.flatMap(({ query }) => query.map((one) => one.split("=")[0])),
		);
		assert.deepEqual(
			selecting.filter((name) => !named.has(name)),
			[],
		);
	});

	test("marks only documents without effect as «stored only»", () => {
		const stored = table.filter(({ state }) => state === "stored only");
		const parameters = new Set(stored.map(({ query: [first = ""] }) => first));
		assert.deepEqual([...parameters].sort(), STORED_ONLY);
		for (const { name, run, state } of table)
			assert.equal(state === "not there", run === null, name);
	});

	test("does not match parameters that only modify an operation", () => {
		const named = new Set(table.flatMap(({ query }) => query));
		const modifying = [...SUB_RESOURCES].filter(
			(name) => !selecting.includes(name) && !named.has(name),
		);
		for (const name of modifying)
			assert.equal(selectName("GET", "object", `${name}=x`), "GetObject", name);
		assert.deepEqual(modifying.sort(), MODIFIERS);
	});
});

/** From the documentation of each operation, not from the list in the code. */
const MODIFIERS = `callback callback-var continuation-token endTime position
response-cache-control response-content-disposition response-content-encoding response-content-language
response-content-type response-expires security-token sequential startTime udfId udfImageDesc udfName
versionId withHashContext x-oss-ac-forward-allow x-oss-ac-source-ip x-oss-ac-subnet-mask x-oss-ac-vpc-id
x-oss-access-point-name x-oss-enable-md5 x-oss-enable-sha1 x-oss-enable-sha256 x-oss-hash-ctx x-oss-md5-ctx
x-oss-request-payer x-oss-security-token x-oss-target-redundancy-type
x-oss-traffic-limit`.split(/\s/);

/** Operations that the README lists as stored, not enforced. */
const STORED_ONLY =
	`accessPoint accessPointConfigForObjectProcess accessPointForObjectProcess accessPointPolicy
accessPointPolicyForObjectProcess accessmonitor dataPipeline httpsConfig inventory live logging metaQuery
overwriteConfig processConfiguration qosInfo redundancyTransition replication replicationLocation replicationProgress requesterQosInfo
resourceGroup responseHeader rtc transferAcceleration userDefinedLogFieldsConfig vod x-oss-async-process`.split(
		/\s/,
	);

function found(work: () => string): string {
	try {
		return work();
	} catch (error) {
		assert.ok(error instanceof OssError);
		return "";
	}
}

suite("Of the operations of one method and path", () => {
	const cases = [
		["PUT", "object", "", "", "PutObject"],
		["PUT", "object", "", "x-oss-copy-source", "CopyObject"],
		["PUT", "object", "partNumber=1&uploadId=A", "", "UploadPart"],
		["PUT", "object", "uploadId=A&partNumber=1", "", "UploadPart"],
		[
			"PUT",
			"object",
			"partNumber=1&uploadId=A",
			"x-oss-copy-source",
			"UploadPartCopy",
		],
		["PUT", "object", "acl", "", "PutObjectACL"],
		["PUT", "object", "acl=", "", "PutObjectACL"],
		["GET", "bucket", "list-type=2&prefix=a", "", "ListObjectsV2"],
		["GET", "bucket", "prefix=acl&marker=cors", "", "ListObjects"],
		["POST", "object", "append&position=0", "", "AppendObject"],
		["POST", "object", "uploads&sequential", "", "InitiateMultipartUpload"],
		["POST", "object", "uploadId=A&callback=x", "", "CompleteMultipartUpload"],
		["POST", "bucket", "delete&encoding-type=url", "", "DeleteMultipleObjects"],
		["GET", "object", "versionId=x", "", "GetObject"],
		[
			"GET",
			"object",
			"OSSAccessKeyId=a&Expires=1&Signature=b",
			"",
			"GetObject",
		],
		["GET", "object", "unknown=1", "", "GetObject"],
		["OPTIONS", "object", "uploads=", "", "OptionObject"],
		["OPTIONS", "object", "partNumber=1&uploadId=A", "", "OptionObject"],
		["OPTIONS", "bucket", "cors", "", "OptionBucket"],
		["GET", "object", "__proto__&constructor=1", "", "GetObject"],
	] as const;
	for (const [method, target, query, header, expected] of cases) {
		test(`${method} ${target} ?${query} ${header} is ${expected}`, () => {
			assert.equal(selectName(method, target, query, header), expected);
		});
	}

	test("a list-type other than 2 selects ListObjects (A-10)", () => {
		for (const value of ["1", "", "3"])
			assert.equal(
				selectName("GET", "bucket", `list-type=${value}`),
				"ListObjects",
			);
	});

	test("the row with the most requirements is selected, at any position", () => {
		const rows = [
			row("Plain", "GET /bucket"),
			row("One", "GET /bucket?a"),
			row("Two", "GET /bucket?a&b"),
			row("Named", "GET /bucket?c"),
			row("Value", "GET /bucket?c=2"),
		];
		const selected = (query: string): string[] =>
			[rows, rows.toReversed()].map(
				(table) =>
					makeSelector(
						table,
						[],
					)(makeRequest({ bucket: "photos", rawQuery: query })).name,
			);
		assert.deepEqual(selected(""), ["Plain", "Plain"]);
		assert.deepEqual(selected("a=1"), ["One", "One"]);
		assert.deepEqual(selected("b&a"), ["Two", "Two"]);
		assert.deepEqual(selected("c=1"), ["Named", "Named"]);
		assert.deepEqual(selected("c=2"), ["Value", "Value"]);
	});

	test("a request that matches two operations equally well is refused: InvalidArgument (A-02)", () => {
		for (const query of ["acl&cors", "cors&acl", "uploads&bucketInfo"]) {
			const error = thrownBy(() => selectName("GET", "bucket", query));
			assert.equal(kindOf(error), "400 InvalidArgument 0017-00000219");
			assert.equal(error.message, "Unexpected query string parameter");
			assert.equal(error.details.ArgumentName, "ResourceType");
			assert.ok(query.includes(error.details.ArgumentValue ?? "?"));
		}
	});

	test("one parameter of a pair is refused, and the error contains the missing one, as on the page of EC 0017-00000219", () => {
		const error = thrownBy(() => selectName("PUT", "object", "uploadId=A"));
		assert.equal(kindOf(error), "400 InvalidArgument 0017-00000219");
		assert.deepEqual(error.details, {
			ArgumentName: "ResourceType",
			ArgumentValue: "partNumber",
		});
		const other = thrownBy(() => selectName("PUT", "object", "partNumber=1"));
		assert.equal(other.details.ArgumentValue, "uploadId");
	});

	test("a method without an operation is MethodNotAllowed", () => {
		for (const [method, target] of [
			["PATCH", "object"],
			["POST", "object"],
			["DELETE", "service"],
			["PUT", "service"],
			["OPTIONS", "service"],
		] as const) {
			const error = thrownBy(() => selectName(method, target));
			assert.equal(kindOf(error), "405 MethodNotAllowed ", method);
			assert.equal(error.details.Method, method);
		}
	});

	test("a method of HTTP that OSS does not support has no operation", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const method of ["PATCH", "MKCOL", "REPORT", "QUERY", "TRACE"])
			assert.match(
				refusal(await oss.send(method, "/photos/cat")),
				/^405 MethodNotAllowed : The specified method is not allowed against this resource\.$/,
			);
	});

	test("a misspelt request line is refused before routing", () => {
		for (const line of ["GET bucket", "get /bucket", "GET /bucket/", "GET"])
			assert.throws(() => row("X", line), TypeError);
	});
});

suite("An operation that the emulator does not implement", () => {
	test("returns 400 NotImplemented with its name, which SDKs do not retry", async (t) => {
		const { oss } = await startWithBucket(t);
		const missing = table.find(({ run }) => run === null);
		if (!missing) return; // all operations are implemented
		const { method, target, query, name } = missing;
		const path = { service: "/", bucket: "/photos", object: "/photos/cat" };
		const answer = await oss.send(method, `${path[target]}?${query.join("&")}`);

		assert.equal(
			refusal(answer),
			`400 NotImplemented : The emulator does not implement ${name}.`,
		);
		assert.match(answer.text, new RegExp(`<Operation>${name}</Operation>`));
	});
});
