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
		["without conditions is about all", {}, object("x"), true],
		[
			"is about keys with its prefix",
			{ Prefix: "logs/" },
			object("logs/x"),
			true,
		],
		["is about no others", { Prefix: "logs/" }, object("log"), false],
		["wants its tag", { Tag: [A1] }, object("x", { a: "1" }), true],
		["wants its tag's value", { Tag: [A1] }, object("x", { a: "2" }), false],
		["wants all its tags", { Tag: [A1, B2] }, object("x", { a: "1" }), false],
		[
			"does not mind other tags",
			{ Tag: [A1] },
			object("x", { a: "1", c: "" }),
			true,
		],
		[
			"knows no tags of JavaScript's",
			{ Tag: [{ Key: "constructor", Value: "1" }] },
			object("x"),
			false,
		],
		[
			"wants more than a size",
			{ Filter: filter({ ObjectSizeGreaterThan: 100 }) },
			object("x"),
			false,
		],
		[
			"has enough of one byte more",
			{ Filter: filter({ ObjectSizeGreaterThan: 99 }) },
			object("x"),
			true,
		],
		[
			"wants less than a size",
			{ Filter: filter({ ObjectSizeLessThan: 100 }) },
			object("x"),
			false,
		],
		[
			"has enough of one byte less",
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
			"excludes no other prefix",
			{ Filter: filter({ Not: [{ Prefix: "logs/", Tag: undefined }] }) },
			object("x"),
			true,
		],
		[
			"excludes a tag under a prefix",
			{ Filter: filter({ Not: [{ Prefix: "logs/", Tag: A1 }] }) },
			object("logs/x", { a: "1" }),
			false,
		],
		[
			"excludes no other tag there",
			{ Filter: filter({ Not: [{ Prefix: "logs/", Tag: A1 }] }) },
			object("logs/x"),
			true,
		],
		[
			"excludes by one of several",
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
		["is about markers by their prefix", { Prefix: "logs/" }, marker, true],
		["is about no marker by a tag", { Tag: [A1] }, marker, false],
		[
			"is about no marker by a size",
			{ Filter: filter({ ObjectSizeLessThan: 1 }) },
			marker,
			false,
		],
	] as const) {
		test(what, () => {
			assert.equal(appliesTo({ ...ALL, ...rule }, given), expected);
		});
	}

	test("matches uploads by the key alone", () => {
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
