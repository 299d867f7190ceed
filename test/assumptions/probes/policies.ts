/** Probes of bucket policies by anonymous requests, because one account can only test statements about all callers. */
import { CannotProbe, type Cloud } from "../cloud.ts";
import { each, elements, outcomeOf, type Probe } from "../probe.ts";

type Statement = {
	readonly action?: string;
	/** The part after `acs:oss:*:*:BUCKET/`, or a complete resource. */
	readonly resource?: string;
	readonly condition?: Readonly<
		Record<string, Readonly<Record<string, string[]>>>
	>;
	/** `NotPrincipal`; by default the statement is about all callers. */
	readonly excluded?: readonly string[];
};

const statement = (
	cloud: Cloud,
	{ action, resource, condition, excluded }: Statement,
) => ({
	Effect: "Allow",
	...(excluded ? { NotPrincipal: excluded } : { Principal: ["*"] }),
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
 * Whether an anonymous client can read an object under this statement. A second object, which an unconditional
 * statement allows, shows when the policy has taken effect.
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
		if (put.status >= 300) return `the policy is refused: ${outcomeOf(put)}`;
		const read = async (name: string): Promise<string> =>
			outcomeOf(await cloud.get(`/${encodeURIComponent(name)}`, { as: null }));
		const seen = await cloud.eventually("200", () => read(control));
		if (seen !== "200")
			throw new CannotProbe(`an unconditional policy has no effect: ${seen}`);
		return (await read(key)) === "200" ? "allowed" : "refused";
	} finally {
		await cloud.delete("/?policy");
	}
}

const PAST = "2020-01-01T00:00:00";

export const policies: readonly Probe[] = [
	{
		id: "A-500",
		assumes: "? in a resource matches one Unicode character.",
		sends:
			"A policy for KEY?, and GET of KEY and an emoji without a signature.",
		expects: ["allowed"],
		run: async ({ cloud }) => [
			await mayRead(
				cloud,
				(key) => ({ resource: key.replace("😀", "?") }),
				(name) => `${name}😀`,
			),
		],
	},
	{
		id: "A-502",
		assumes: "A date in a condition without Z or an offset is accepted as UTC.",
		sends:
			"A policy with DateGreaterThan acs:CurrentTime 2020-01-01T00:00:00, and GET without a signature.",
		expects: ["allowed"],
		run: async ({ cloud }) => [
			await mayRead(cloud, {
				condition: { DateGreaterThan: { "acs:CurrentTime": [PAST] } },
			}),
		],
	},
	{
		id: "A-503",
		assumes:
			"The keys of conditions are case-sensitive: acs:currenttime is not a key.",
		sends:
			"A policy with DateGreaterThan acs:currenttime, and GET without a signature.",
		expects: ["refused"],
		run: async ({ cloud }) => [
			await mayRead(cloud, {
				condition: { DateGreaterThan: { "acs:currenttime": [`${PAST}Z`] } },
			}),
		],
	},
	{
		id: "A-504",
		assumes: "Actions are case-insensitive.",
		sends: "A policy for OSS:getobject, and GET without a signature.",
		expects: ["allowed"],
		run: async ({ cloud }) => [
			await mayRead(cloud, { action: "OSS:getobject" }),
		],
	},
	{
		id: "A-505",
		assumes: "An asterisk in a resource does not match a colon.",
		sends: "A policy for acs:oss:*:BUCKET/KEY, and GET without a signature.",
		expects: ["refused"],
		run: async ({ cloud }) => [
			await mayRead(cloud, (key) => ({
				resource: `acs:oss:*:${cloud.bucket}/${key}`,
			})),
		],
	},
	{
		id: "A-506",
		assumes:
			"A condition on a key that a request does not have is false, or true if the operator is negated.",
		sends:
			"Policies with StringEquals and StringNotEquals of acs:SourceVpc, and GET without a signature.",
		expects: ["StringEquals: refused", "StringNotEquals: allowed"],
		run: async ({ cloud }) => {
			const vpc = { "acs:SourceVpc": ["vpc-t4nlw426y44rd3iq4xxxx"] };
			return [
				`StringEquals: ${await mayRead(cloud, { condition: { StringEquals: vpc } })}`,
				`StringNotEquals: ${await mayRead(cloud, { condition: { StringNotEquals: vpc } })}`,
			];
		},
	},
	{
		id: "A-963",
		assumes: "NotPrincipal in a bucket policy excludes the named callers.",
		sends:
			"Policies with NotPrincipal of another account and of *, and GET without a signature.",
		expects: ["another account: allowed", "*: refused"],
		run: async ({ cloud }) => [
			`another account: ${await mayRead(cloud, { excluded: ["2000000000000002"] })}`,
			`*: ${await mayRead(cloud, { excluded: ["*"] })}`,
		],
	},
	{
		id: "A-508",
		assumes:
			"A policy for all callers is public unless a condition restricts it to a VPC, an address range or an account.",
		sends:
			"Policies for all callers with different conditions, and GET /?policyStatus; IsPublic.",
		expects: [
			"no condition: true",
			"a VPC: false",
			"an address range: false",
			"a date: true",
		],
		run: async ({ cloud }) => {
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
			"The message for a bucket policy that is not JSON is that of form policies.",
		sends: "PutBucketPolicy of texts that are not JSON.",
		expects: [
			"word: 400 InvalidPolicyDocument : unknown char p",
			"half an object: 400 InvalidPolicyDocument : Invalid Policy: Invalid JSON.",
		],
		run: ({ cloud }) =>
			each({ word: "policy", "half an object": "{" }, (text) =>
				cloud.put("/?policy", text),
			),
	},
];
