import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { LifecycleRule } from "../../../emulator/operations/lifecycle/lifecycle-rule.ts";
import {
	appliesTo,
	appliesToUpload,
} from "../../../emulator/operations/lifecycle/matching.ts";

/** A rule that matches every object. */
const ALL: LifecycleRule = {
	...{ ID: "r", Prefix: "", Status: "Enabled", Tag: [] },
	...{ Filter: undefined, Expiration: undefined, Transition: [] },
	AbortMultipartUpload: undefined,
	NoncurrentVersionExpiration: undefined,
	NoncurrentVersionTransition: [],
	AtimeBase: undefined,
};

const object = (
	key: string,
	tags: Record<string, string> = {},
	size = 100,
	type: "Normal" | "DeleteMarker" = "Normal",
) => ({
	...{ key, size, type },
	properties: { contentType: "", headers: {}, userMetadata: {}, tags },
});

const filter = (
	more: Partial<NonNullable<LifecycleRule["Filter"]>>,
): LifecycleRule["Filter"] => ({
	ObjectSizeGreaterThan: undefined,
	ObjectSizeLessThan: undefined,
	Not: [],
	...more,
});

const A1 = { Key: "a", Value: "1" };
const B2 = { Key: "b", Value: "2" };

suite("A lifecycle rule", () => {
	const marker = object("logs/x", {}, 0, "DeleteMarker");
	for (const [what, rule, given, expected] of [
		["without conditions applies to all objects", {}, object("x"), true],
		[
			"applies to keys with its prefix",
			{ Prefix: "logs/" },
			object("logs/x"),
			true,
		],
		["does not apply to other keys", { Prefix: "logs/" }, object("log"), false],
		[
			"applies to objects with its tag",
			{ Tag: [A1] },
			object("x", { a: "1" }),
			true,
		],
		[
			"does not apply to another value of its tag",
			{ Tag: [A1] },
			object("x", { a: "2" }),
			false,
		],
		[
			"does not apply to objects with only some of its tags",
			{ Tag: [A1, B2] },
			object("x", { a: "1" }),
			false,
		],
		[
			"applies to objects with additional tags",
			{ Tag: [A1] },
			object("x", { a: "1", c: "" }),
			true,
		],
		[
			"does not treat members of Object's prototype as tags",
			{ Tag: [{ Key: "constructor", Value: "1" }] },
			object("x"),
			false,
		],
		[
			"does not apply to an object that is not larger than its minimum",
			{ Filter: filter({ ObjectSizeGreaterThan: 100 }) },
			object("x"),
			false,
		],
		[
			"applies to an object that is one byte larger than its minimum",
			{ Filter: filter({ ObjectSizeGreaterThan: 99 }) },
			object("x"),
			true,
		],
		[
			"does not apply to an object that is not smaller than its maximum",
			{ Filter: filter({ ObjectSizeLessThan: 100 }) },
			object("x"),
			false,
		],
		[
			"applies to an object that is one byte smaller than its maximum",
			{ Filter: filter({ ObjectSizeLessThan: 101 }) },
			object("x"),
			true,
		],
		[
			"excludes a prefix",
			{ Filter: filter({ Not: [{ Prefix: "logs/", Tag: undefined }] }) },
			object("logs/x"),
			false,
		],
		[
			"does not exclude another prefix",
			{ Filter: filter({ Not: [{ Prefix: "logs/", Tag: undefined }] }) },
			object("x"),
			true,
		],
		[
			"excludes a tag below a prefix",
			{ Filter: filter({ Not: [{ Prefix: "logs/", Tag: A1 }] }) },
			object("logs/x", { a: "1" }),
			false,
		],
		[
			"does not exclude other tags below the prefix",
			{ Filter: filter({ Not: [{ Prefix: "logs/", Tag: A1 }] }) },
			object("logs/x"),
			true,
		],
		[
			"excludes by one of several conditions",
			{
				Filter: filter({
					Not: [
						{ Prefix: "a", Tag: undefined },
						{ Prefix: "", Tag: B2 },
					],
				}),
			},
			object("x", { b: "2" }),
			false,
		],
		[
			"applies to delete markers with its prefix",
			{ Prefix: "logs/" },
			marker,
			true,
		],
		[
			"with a tag does not apply to delete markers",
			{ Tag: [A1] },
			marker,
			false,
		],
		[
			"with a size does not apply to delete markers",
			{ Filter: filter({ ObjectSizeLessThan: 1 }) },
			marker,
			false,
		],
	] as const) {
		test(what, () => {
			assert.equal(appliesTo({ ...ALL, ...rule }, given), expected);
		});
	}

	test("applies to multipart uploads by their key only", () => {
		const rule = { ...ALL, Prefix: "logs/" };
		assert.equal(appliesToUpload(rule, "logs/x"), true);
		assert.equal(appliesToUpload(rule, "x"), false);
		assert.equal(appliesToUpload({ ...rule, Tag: [A1] }, "logs/x"), false);
		const Not = [{ Prefix: "logs/2", Tag: undefined }];
		const excluding = { ...rule, Filter: filter({ Not }) };
		assert.equal(appliesToUpload(excluding, "logs/1"), true);
		assert.equal(appliesToUpload(excluding, "logs/2"), false);
	});
});
