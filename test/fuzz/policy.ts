/** Policies of RAM and of buckets: they are read, and evaluated for an action. */
import { readPolicy } from "../../emulator/auth/policy/document.ts";
import { judge } from "../../emulator/auth/policy/judge.ts";
import {
	isPublic,
	matchesPrincipals,
} from "../../emulator/auth/policy/principal.ts";
import { agree, reading, type Target } from "./engine/target.ts";

const CIRCUMSTANCES: Readonly<Record<string, readonly string[]>> = {
	"acs:SourceIp": ["192.168.0.7", "::ffff:10.0.0.1", "2001:db8::1"],
	"acs:CurrentTime": ["2026-01-02T03:04:05Z"],
	"acs:SecureTransport": ["false"],
	"oss:Prefix": ["photos/2026/cat.jpg"],
	"oss:Delimiter": ["/"],
};

const ASK = {
	action: "oss:PutObject",
	resource: {
		service: "oss",
		regions: ["oss-cn-hangzhou", "cn-hangzhou", ""],
		owner: "1000000000000001",
		name: "photos/a/b:c.jpg",
	},
	conditionValues: (key: string) => CIRCUMSTANCES[key],
};

export default {
	about: "policies of RAM and buckets: read and evaluated",
	seeds: [
		'{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"}]}',
		'{"Version":"1","Statement":[{"Effect":"Deny","NotAction":["oss:Get*","oss:?ut*"],"NotResource":["acs:oss:*:*:photos/*"],"Principal":["*","1"],"Condition":{"IpAddress":{"acs:SourceIp":["192.168.0.0/16","2001:db8::/32","10.*"]},"NotIpAddress":{"acs:SourceIp":"::ffff:0:0/96"},"DateLessThan":{"acs:CurrentTime":"2030-01-01T00:00:00+08:00"},"Bool":{"acs:SecureTransport":false},"NumericEquals":{"oss:MaxKeys":1},"StringLike":{"oss:Prefix":"photos/*/c?t*"},"StringNotEqualsIgnoreCase":{"oss:Delimiter":"x"}}}]}',
		'{"Statement":[{"Effect":"Allow","Action":["oss:PutObject"],"Resource":["acs:oss:*:1000000000000001:photos/a/*:*.jpg"],"Principal":"arn:sts::1:assumed-role/r/*"}]}',
	],
	run: async (input) => {
		for (const kind of ["identity", "bucket"] as const) {
			const read = () => readPolicy(input.toString(), kind);
			const policy = await reading(input, read);
			if (!policy) continue;
			isPublic(policy);
			const policies = [{ name: "it", policy }];
			const caller = { accessKeyId: "k", uid: "2" };
			const judgement = judge(policies, ASK);
			judge(policies, ASK, (one) =>
				matchesPrincipals(one, caller, "1000000000000001"),
			);
			// The order of statements does not matter.
			const turned = judge([{ name: "it", policy: policy.toReversed() }], ASK);
			agree("in another order", turned.verdict, judgement.verdict);
		}
	},
} satisfies Target;
