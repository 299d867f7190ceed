import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { suite, test } from "node:test";
import { readCrop, readResize } from "../../emulator/image/geometry.ts";
import { requireActions } from "../../emulator/image/run-steps.ts";
import { readSaveAs, readSteps } from "../../emulator/image/steps.ts";
import { REFERER } from "../../emulator/operations/access/referer.ts";
import type { Kind } from "../../emulator/operations/configurations/kind.ts";
import { CORS } from "../../emulator/operations/cors/cors.ts";
import { LIFECYCLE } from "../../emulator/operations/lifecycle/lifecycle-document.ts";
import { select } from "../../emulator/operations/match-operation.ts";
import { readQuery } from "../../emulator/operations/meta-query/query.ts";
import {
	COPY_ECS,
	readSource,
} from "../../emulator/operations/object/copy-object.ts";
import { table } from "../../emulator/operations/table.ts";
import { TAGGING } from "../../emulator/operations/tagging/bucket-tagging.ts";
import { readTags } from "../../emulator/operations/tagging/tags.ts";
import { WEBSITE } from "../../emulator/operations/website/website.ts";
import { encodeKey, percentEncode } from "../../emulator/oss/encoding.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import { readXml } from "../../emulator/xml/read.ts";
import { writeXml, type XmlElement } from "../../emulator/xml/write.ts";
import { makeRequest } from "../auth/request.ts";
import { textsOf } from "../client.ts";
import { startWithBucket } from "../emulator.ts";
import {
	bytes,
	fc,
	forAll,
	key,
	orRefused,
	text,
	textOf,
} from "../properties.ts";
import { encode, sendSigned } from "../server/signing.ts";

suite("For any tags and copy source", () => {
	const letters = fc.stringMatching(/^[\p{L}\p{N} +=._:/-]{1,10}$/u);

	test("tags are read as they were written, by either URL encoder", () =>
		forAll(
			[
				fc.dictionary(letters, fc.oneof(letters, fc.constant("")), {
					maxKeys: 10,
				}),
			],
			(tags) => {
				const pairs = Object.entries(tags);
				const written = pairs
					.map((pair) => pair.map(percentEncode).join("="))
					.join("&");
				assert.deepEqual(readTags(written), { ...tags });
				assert.deepEqual(readTags(new URLSearchParams(pairs).toString()), {
					...tags,
				});
			},
		));

	test("bucket, key and version are read as they were written", () =>
		forAll(
			[
				fc.constantFrom("photos", "a-1"),
				key,
				fc.stringMatching(/^[\w-]{0,12}$/),
			],
			(bucket, one, version) => {
				const written = `/${bucket}/${encodeKey(one).replaceAll("+", "%2B")}?versionId=${version}`;
				const read = readSource(written, COPY_ECS);
				assert.deepEqual(
					[read.bucket, read.key, read.query.get("versionId")],
					[bucket, one, version],
				);
			},
		));

	test("any other text is refused with OSS's error", () =>
		forAll(
			[
				fc.oneof(
					text(),
					textOf(["/", "a", "%", "?versionId=", "=", "&", "+", "%zz"]),
				),
			],
			async (written) => {
				await orRefused(() => readTags(written), OssError);
				await orRefused(() => readSource(written, COPY_ECS), OssError);
			},
		));
});

suite("For any document of a bucket", () => {
	const word = fc.stringMatching(/^[A-Za-z0-9*.:/-]{1,10}$/);
	const some = <T>(one: fc.Arbitrary<T>) =>
		fc.array(one, { minLength: 1, maxLength: 3 });
	const rule = fc.record({
		ID: word,
		Prefix: text(6),
		Status: fc.constantFrom("Enabled", "Disabled"),
		Expiration: fc.record({ Days: fc.integer({ min: 1, max: 999 }) }),
	});
	const documents: readonly (readonly [
		Kind<XmlElement>,
		fc.Arbitrary<object>,
	])[] = [
		[
			CORS,
			fc.record({
				CORSRule: some(
					fc.record({
						AllowedOrigin: some(word),
						AllowedMethod: some(fc.constantFrom("GET", "PUT")),
						// The case of the value is not preserved.
						AllowedHeader: some(word.map((one) => one.toLowerCase())),
						MaxAgeSeconds: fc.nat(9999),
					}),
				),
			}),
		],
		[LIFECYCLE, fc.record({ Rule: some(rule) })],
		[
			REFERER,
			fc.record({
				AllowEmptyReferer: fc.boolean(),
				RefererList: fc.record({ Referer: some(word) }),
			}),
		],
		[
			TAGGING,
			fc.record({
				TagSet: fc.record({ Tag: some(fc.record({ Key: word, Value: word })) }),
			}),
		],
		[
			WEBSITE,
			fc.record({
				IndexDocument: fc.record({ Suffix: word }),
				ErrorDocument: fc.record({ Key: word }),
			}),
		],
	] as unknown as [Kind<XmlElement>, fc.Arbitrary<object>][];

	for (const [{ name, root, shape }, arbitrary] of documents)
		test(`${name}: all elements are read, and reading the response has the same result`, () =>
			forAll(
				[arbitrary],
				async (document) => {
					const given = writeXml(root, document as XmlElement);
					const read = shape(await readXml(Buffer.from(given), root));
					const shown = writeXml(root, read);
					const values = (xml: string): string[] =>
						Array.from(
							xml.matchAll(/>([^<\n]+)</g),
							([, value = ""]) => value,
						).sort();
					for (const value of values(given))
						assert.ok(values(shown).includes(value), `${value} in ${shown}`);
					assert.deepEqual(
						shape(await readXml(Buffer.from(shown), root)),
						read,
					);
				},
				0.5,
			));
});

suite("For any process string", () => {
	const parameter = fc.tuple(
		fc.constantFrom("w", "h", "m", "g", "p", "limit"),
		fc.stringMatching(/^[A-Za-z0-9]{1,4}$/),
	);
	const step = fc.tuple(
		fc.stringMatching(/^[a-z-]{1,8}$/),
		fc.uniqueArray(parameter, { maxLength: 4, selector: ([one]) => one }),
	);

	test("steps and parameters are read as they were written", () =>
		forAll([fc.array(step, { minLength: 1, maxLength: 4 })], (steps) => {
			const written = steps
				.map(([action, values]) =>
					[action, ...values.map((pair) => pair.join("_"))].join(","),
				)
				.join("/");
			assert.deepEqual(
				readSteps(written),
				steps.map(([action, values]) => ({ action, values: new Map(values) })),
			);
		}));

	test("the target of saveas is read from base64 with either alphabet", () =>
		forAll([key, fc.constantFrom("base64", "base64url")], (one, alphabet) => {
			const coded = Buffer.from(one).toString(alphabet as BufferEncoding);
			// A slash of base64 would begin the next step of the process, so it is replaced here.
			const { target } = readSaveAs(`image/resize,w_1|sys/saveas,o_${coded}`);
			assert.deepEqual(target, { key: one, bucket: "" });
		}));

	test("sizes and crops lie within the limits, or the step is refused with OSS's error", () => {
		const values = [
			"resize",
			"crop",
			",",
			"w_",
			"h_",
			"m_pad",
			"m_fill",
			"p_",
			"0",
			"1",
			"99",
			"30000",
			"g_se",
			"x_",
			"l_",
			"s_",
			"limit_0",
			"/",
			"-1",
			"1e3",
		];
		const size = fc.record({
			width: fc.integer({ min: 1, max: 20_000 }),
			height: fc.integer({ min: 1, max: 20_000 }),
		});
		return forAll([textOf(values, 12), size], async (written, source) => {
			const steps = (await orRefused(() => readSteps(written), OssError)) ?? [];
			await orRefused(() => requireActions(steps), OssError);
			for (const one of steps) {
				const crop = await orRefused(() => readCrop(one, source), OssError);
				if (crop) {
					assert.ok(
						crop.width >= 1 &&
							crop.height >= 1 &&
							crop.left >= 0 &&
							crop.top >= 0,
					);
					assert.ok(
						crop.left + crop.width <= source.width &&
							crop.top + crop.height <= source.height,
					);
				}
				const resized = await orRefused(
					() => readResize(one, source),
					OssError,
				);
				for (const { width, height } of resized
					? [resized.area, resized.scaled]
					: [])
					assert.ok(
						Number.isInteger(width + height) &&
							width >= 1 &&
							height >= 1 &&
							width * height <= 16_777_216,
					);
			}
		});
	});
});

suite("For any request", () => {
	const names = [
		...new Set(
			table.flatMap(({ query }) => query.map((one) => one.split("=")[0] ?? "")),
		),
	];

	test("one operation or OSS's error is selected, for all combinations of sub-resources", () =>
		forAll(
			[
				fc.constantFrom(
					"GET",
					"PUT",
					"POST",
					"DELETE",
					"HEAD",
					"OPTIONS",
					"PATCH",
				),
				fc.array(fc.constantFrom(...names, "x"), { maxLength: 3 }),
				fc.constantFrom("", "b"),
				fc.constantFrom("", "k"),
			],
			async (method, parameters, bucket, one) => {
				const request = makeRequest({
					method,
					bucket,
					key: bucket && one,
					rawQuery: parameters.join("&"),
				});
				const row = await orRefused(() => select(request), OssError);
				if (row) assert.equal(row.method, method);
			},
		));

	test("a condition of DoMetaQuery is read, or refused with OSS's error", () => {
		const value = fc.letrec((tie) => ({
			it: fc.oneof(
				{ maxDepth: 4, depthSize: "small" },
				fc.constantFrom(
					"and",
					"not",
					"eq",
					"gt",
					"Size",
					"Filename",
					"1",
					1,
					null,
				),
				fc.array(tie("it"), { maxLength: 2 }),
				fc.dictionary(
					fc.constantFrom("Field", "Value", "Operation", "SubQueries"),
					tie("it"),
					{ maxKeys: 4 },
				),
			),
		})).it;
		return forAll([value], async (json) => {
			await orRefused(() => readQuery(JSON.stringify(json)), OssError);
		});
	});
});

suite("For any objects, over HTTP", () => {
	const metadata = fc.dictionary(
		fc.stringMatching(/^[a-z]{1,6}$/),
		fc.stringMatching(/^[!-~é猫]{1,8}$/u),
		{ maxKeys: 3 },
	);

	test("a stored object is returned with its key, bytes and metadata, with every signature version", async (t) => {
		const emulator = await startWithBucket(t);
		await forAll(
			[
				key,
				bytes(80),
				metadata,
				fc.constantFrom("V1 header", "V1 URL", "V4 header", "V4 URL"),
			],
			async (one, content, own, scheme) => {
				const path = `/photos/${encode(one)}`;
				const headers = Object.fromEntries(
					Object.entries(own).map(([name, value]) => [
						`x-oss-meta-${name}`,
						value,
					]),
				);
				const body = content.toString("base64");
				const put = await sendSigned(emulator, scheme, {
					method: "PUT",
					path,
					headers,
					body,
				});
				assert.equal(put.status, 200, put.text);
				const got = await sendSigned(emulator, scheme, { path });
				assert.equal(got.text, body);
				for (const [name, value] of Object.entries(headers))
					assert.equal(got.headers[name], value);
				const other = await sendSigned(
					emulator,
					scheme,
					{ path },
					{ secret: "other" },
				);
				assert.equal(other.status, 403);
			},
			0.3,
		);
	});

	test("appends create one object, with the CRC-64 of a single upload", async (t) => {
		const { oss } = await startWithBucket(t);
		let count = 0;
		await forAll(
			[fc.array(bytes(60), { minLength: 1, maxLength: 4 })],
			async (pieces) => {
				const path = `/photos/${count++}`;
				let position = 0;
				let crc64: string | undefined;
				for (const piece of pieces) {
					const appended = await oss.post(
						`${path}?append&position=${position}`,
						piece,
					);
					assert.equal(appended.status, 200, appended.text);
					position += piece.length;
					crc64 = appended.headers["x-oss-hash-crc64ecma"];
					assert.equal(
						appended.headers["x-oss-next-append-position"],
						String(position),
					);
				}
				const whole = Buffer.concat(pieces);
				assert.deepEqual((await oss.get(path)).body, whole);
				const put = await oss.put(`${path}-put`, whole);
				assert.equal(crc64, put.headers["x-oss-hash-crc64ecma"]);
				assert.equal(
					(await oss.post(`${path}?append&position=${position + 1}`, "x"))
						.status,
					409,
				);
			},
			0.15,
		);
	});

	test("a Content-MD5 is accepted only for its content, and each version can be read by its id", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put(
			"/photos?versioning",
			"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
		);
		const md5 = (content: Buffer): string =>
			createHash("md5").update(content).digest("base64");
		await forAll(
			[key, fc.array(bytes(40), { minLength: 1, maxLength: 3 })],
			async (one, contents) => {
				const path = `/photos/${encode(one)}`;
				const ids: string[] = [];
				for (const content of contents) {
					const put = await oss.put(path, content, {
						"content-md5": md5(content),
					});
					assert.equal(put.status, 200, put.text);
					ids.push(put.headers["x-oss-version-id"] ?? "");
					const wrong = {
						"content-md5": md5(
							Buffer.concat([content, content, Buffer.from("x")]),
						),
					};
					assert.equal((await oss.put(path, content, wrong)).status, 400);
				}
				for (const [i, id] of ids.entries())
					assert.deepEqual(
						(await oss.get(`${path}?versionId=${id}`)).body,
						contents[i],
					);
			},
			0.15,
		);
	});

	test("the pages of a listing return all keys by tokens and markers, and made-up tokens are refused", async (t) => {
		const { oss } = await startWithBucket(t);
		await forAll(
			[
				fc.uniqueArray(
					textOf(["a", "/", "é", "😀", "&", "+", "%", " "], 4).filter((one) =>
						/^[^/]/.test(one),
					),
					{ maxLength: 7 },
				),
				fc.integer({ min: 1, max: 3 }),
				text(8),
			],
			async (keys, max, hostile) => {
				for (const one of keys) await oss.put(`/photos/${encode(one)}`, "");
				const expected = keys
					.map(encode)
					.sort((a, b) =>
						Buffer.compare(
							Buffer.from(decodeURIComponent(a)),
							Buffer.from(decodeURIComponent(b)),
						),
					);
				for (const [start, next, element] of [
					["list-type=2", "continuation-token", "NextContinuationToken"],
					["", "marker", "NextMarker"],
				] as const) {
					const found: string[] = [];
					let more = "";
					for (let page = 0; page <= keys.length; page++) {
						const answer = await oss.get(
							`/photos?${start}&encoding-type=url&max-keys=${max}${more}`,
						);
						found.push(...textsOf(answer, "Key"));
						const [token] = textsOf(answer, element);
						if (token === undefined) break;
						more = `&${next}=${next === "marker" ? token : encode(token)}`;
					}
					assert.deepEqual(found, expected);
				}
				const refused = await oss.get(
					`/photos?list-type=2&continuation-token=${encode(`x${hostile}`)}`,
				);
				assert.equal(refused.status, 400);
				for (const one of keys) await oss.delete(`/photos/${encode(one)}`);
			},
			0.1,
		);
	});
});
