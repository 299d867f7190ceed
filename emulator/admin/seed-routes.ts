/**
 * Seeds: buckets, objects, documents, users and faults from one declarative document.
 */
import { isIP } from "node:net";
import { JsonError, type JsonPlace } from "../oss/json-place.ts";
import { AdminError } from "./admin-error.ts";
import { requireAccount } from "./clean-up.ts";
import type { Routes } from "./context.ts";
import { DOCUMENTS } from "./documents.ts";
import { faultRule } from "./fault-schemas.ts";
import {
	answers,
	listOf,
	type OfAccount,
	parameters,
	record,
	refer,
	type Schema,
	uid,
} from "./route-schema.ts";
import { applySeed } from "./seed/apply-seed.ts";
import { readSeed } from "./seed/read-seed.ts";
import { resolverIn } from "./seed/seed-files.ts";

/** Maximum size, including objects in base64. */
const BODY_BYTES_MAX = 256 * 1024 * 1024;

export const seedRoutes: Routes = (app, { emulator }) => {
	app.put<{ Querystring: OfAccount }>(
		"/api/seed",
		{ schema: putSeed, bodyLimit: BODY_BYTES_MAX },
		async ({ body, query, ip }) => {
			const { account = emulator.accounts.default.uid } = query;
			requireAccount(emulator, account);
			try {
				const resolveFile = isOwnMachine(ip) ? resolverIn(".") : refuseFile;
				const seed = await readSeed(body, { account, resolveFile });
				return await applySeed(emulator, seed);
			} catch (error) {
				if (!(error instanceof JsonError)) throw error;
				throw new AdminError(400, "InvalidSeed", error.message);
			}
		},
	);
};

/** Clients on other machines must not read files of this machine. */
function refuseFile(_path: string, place: JsonPlace): never {
	throw place.wrong(
		"files are read only for clients on the emulator's own machine: send text or base64, or start with --seed",
	);
}

function isOwnMachine(ip: string): boolean {
	const address = ip.replace(/^::ffff:/, "");
	return address === "::1" || (isIP(address) === 4 && /^127\./.test(address));
}

const text: Schema = { type: "string" };
const texts: Schema = { type: "object", additionalProperties: text };
const document: Schema = {
	type: ["object", "array", "string"],
	items: {},
	additionalProperties: true,
};

const objectSchema = parameters(
	{
		key: text,
		text,
		base64: text,
		file: {
			...text,
			description:
				"A path on the emulator's machine, for clients on that machine.",
		},
		contentType: {
			...text,
			description: "Default: derived from the key's extension.",
		},
		acl: text,
		storageClass: text,
		metadata: { ...texts, description: "Names without x-oss-meta-." },
		tags: texts,
	},
	"key",
);

const bucketSchema = parameters(
	{
		name: text,
		owner: { ...text, description: "uid of an account." },
		acl: { enum: ["private", "public-read", "public-read-write"] },
		versioning: { enum: ["Enabled", "Suspended"] },
		objects: listOf(objectSchema),
		...Object.fromEntries(
			[...DOCUMENTS.keys()].map((name) => [name, document]),
		),
	},
	"name",
);

/** For the OpenAPI document only: `readSeed` checks a seed, and reports the place of an error. */
export const seedSchema: Schema = parameters({
	buckets: listOf(bucketSchema),
	ram: {
		type: "object",
		additionalProperties: true,
		description: "Users and roles, as in the file of --ram.",
	},
	faults: listOf(faultRule),
});

const putSeed = {
	operationId: "putSeed",
	tags: ["seed"],
	summary: "Creates the content that a document declares",
	description:
		'Buckets with their documents and objects, users, roles and faults: either all of them, or none after an error. Items that already exist as declared stay unchanged; nothing is removed. Documents are JSON with the elements of OSS\'s XML (`{"CORSRule":[{"AllowedOrigin":["*"],"AllowedMethod":["GET"]}]}`, a list is the list of rules), or the XML itself as text.',
	querystring: parameters({
		account: uid("uid of the default owner."),
	}),
	documentedBody: refer("Seed"),
	response: answers(
		"The content exists.",
		record({
			buckets: { type: "integer" },
			objects: { type: "integer" },
			written: {
				type: "integer",
				description:
					"Number of objects that did not already exist as declared.",
			},
		}),
	),
} as const;
