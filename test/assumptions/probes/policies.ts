/** Bucket policies, probed by anonymous requests: one account can only test a statement about all callers. */
import { CannotAsk, type Cloud } from "../cloud.ts";
import { each, elements, type Probe, said } from "../probe.ts";

type Statement = {
	readonly action?: string;
	/** The part after `acs:oss:*:*:BUCKET/`, or a whole resource. */
	readonly resource?: string;
	readonly condition?: Readonly<
		Record<string, Readonly<Record<string, string[]>>>
	>;
};

const statement = (
	cloud: Cloud,
	{ action, resource, condition }: Statement,
) => ({
	Effect: "Allow",
	Principal: ["*"],
	Action: [action ?? "oss:GetObject"],
	Resource: [
		resource?.startsWith("acs:")
			? resource
			: `acs:oss:*:*:${cloud.bucket}/${resource ?? "*"}`,
	],
	...(condition ? { Condition: condition } : {}),
});

const putPolicy = (cloud: Cloud, ...statements: readonly object[]) =>
	cloud.put(
		"/?policy",
		JSON.stringify({ Version: "1", Statement: statements }),
	);

/**
 * Whether an anonymous client may read an object under that statement. A second object that a plain statement allows
 * shows when the policy has come into force.
 */
async function mayRead(
	cloud: Cloud,
	given: Statement | ((key: string) => Statement),
	makeKey: (name: string) => string = (name) => name,
): Promise<string> {
	const [key, control] = [makeKey(cloud.name()), cloud.name()];
	for (const one of [key, control])
		await cloud.must(cloud.put(`/${encodeURIComponent(one)}`, "meow"));
	const tested = typeof given === "function" ? given(key) : given;
	const put = await putPolicy(
		cloud,
		statement(cloud, { resource: control }),
		statement(cloud, { resource: key, ...tested }),
	);
	try {
		if (put.status >= 300) return `the policy is refused: ${said(put)}`;
		const read = async (name: string): Promise<string> =>
			said(await cloud.get(`/${encodeURIComponent(name)}`, { as: null }));
		const seen = await cloud.eventually("200", () => read(control));
		if (seen !== "200")
			throw new CannotAsk(`a plain policy has no effect: ${seen}`);
		return (await read(key)) === "200" ? "allowed" : "refused";
	} finally {
		await cloud.delete("/?policy");
	}
}

const PAST = "2020-01-01T00:00:00";

export const policies: readonly Probe[] = [
	{
		id: "A-500",
		assumes: "? in a resource is one character of Unicode.",
		sends:
			"A policy for KEY?, and GET of KEY and an emoji without a signature.",
		expects: ["allowed"],
		ask: async ({ cloud }) => [
			await mayRead(
				cloud,
				(key) => ({ resource: key.replace("😀", "?") }),
				(name) => `${name}😀`,
			),
		],
	},
	{
		id: "A-502",
		assumes:
			"A date in a condition without Z or an offset is accepted, in UTC.",
		sends:
			"A policy with DateGreaterThan acs:CurrentTime 2020-01-01T00:00:00, and GET without a signature.",
		expects: ["allowed"],
		ask: async ({ cloud }) => [
			await mayRead(cloud, {
				condition: { DateGreaterThan: { "acs:CurrentTime": [PAST] } },
			}),
		],
	},
	{
		id: "A-503",
		assumes:
			"The key of a condition has the case that is documented: acs:currenttime is not a key.",
		sends:
			"A policy with DateGreaterThan acs:currenttime, and GET without a signature.",
		expects: ["refused"],
		ask: async ({ cloud }) => [
			await mayRead(cloud, {
				condition: { DateGreaterThan: { "acs:currenttime": [`${PAST}Z`] } },
			}),
		],
	},
	{
		id: "A-504",
		assumes: "The case of an action does not count.",
		sends: "A policy for OSS:getobject, and GET without a signature.",
		expects: ["allowed"],
		ask: async ({ cloud }) => [
			await mayRead(cloud, { action: "OSS:getobject" }),
		],
	},
	{
		id: "A-505",
		assumes:
			"A star in a resource does not match a colon: it stays within its part.",
		sends: "A policy for acs:oss:*:BUCKET/KEY, and GET without a signature.",
		expects: ["refused"],
		ask: async ({ cloud }) => [
			await mayRead(cloud, (key) => ({
				resource: `acs:oss:*:${cloud.bucket}/${key}`,
			})),
		],
	},
	{
		id: "A-506",
		assumes:
			"A condition on a key that a request does not have is false, and true when the operator is negated.",
		sends:
			"Policies with StringEquals and StringNotEquals of acs:SourceVpc, and GET without a signature.",
		expects: ["StringEquals: refused", "StringNotEquals: allowed"],
		ask: async ({ cloud }) => {
			const vpc = { "acs:SourceVpc": ["vpc-t4nlw426y44rd3iq4xxxx"] };
			return [
				`StringEquals: ${await mayRead(cloud, { condition: { StringEquals: vpc } })}`,
				`StringNotEquals: ${await mayRead(cloud, { condition: { StringNotEquals: vpc } })}`,
			];
		},
	},
	{
		id: "A-508",
		assumes:
			"A policy for everybody is public unless a condition names a VPC, an address range or an account.",
		sends:
			"Policies for everybody with different conditions, and GET /?policyStatus; IsPublic.",
		expects: [
			"no condition: true",
			"a VPC: false",
			"an address range: false",
			"a date: true",
		],
		ask: async ({ cloud }) => {
			const isPublic = async (
				condition?: Statement["condition"],
			): Promise<string> => {
				const put = await putPolicy(
					cloud,
					statement(cloud, condition ? { condition } : {}),
				);
				await cloud.must(Promise.resolve(put));
				try {
					return elements(await cloud.get("/?policyStatus"), "IsPublic");
				} finally {
					await cloud.delete("/?policy");
				}
			};
			const vpc = {
				StringEquals: { "acs:SourceVpc": ["vpc-t4nlw426y44rd3iq4xxxx"] },
			};
			const address = { IpAddress: { "acs:SourceIp": ["203.0.113.0/24"] } };
			const date = { DateGreaterThan: { "acs:CurrentTime": [`${PAST}Z`] } };
			return [
				`no condition: ${await isPublic()}`,
				`a VPC: ${await isPublic(vpc)}`,
				`an address range: ${await isPublic(address)}`,
				`a date: ${await isPublic(date)}`,
			];
		},
	},
	{
		id: "A-932",
		assumes:
			"The text for a bucket policy that is not JSON is that of form policies.",
		sends: "PutBucketPolicy of texts that are not JSON.",
		expects: [
			"word: 400 InvalidPolicyDocument : unknown char p",
			"half an object: 400 InvalidPolicyDocument : Invalid Policy: Invalid JSON.",
		],
		ask: ({ cloud }) =>
			each({ word: "policy", "half an object": "{" }, (text) =>
				cloud.put("/?policy", text),
			),
	},
];
