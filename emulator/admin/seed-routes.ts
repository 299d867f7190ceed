/**
 * Seeds: buckets, objects, documents, users and faults from one declarative document.
 */
import { isIP } from "node:net";
import { JsonMistake, type JsonPlace } from "../oss/json-place.ts";
import { AdminError } from "./admin-error.ts";
import { requireAccount } from "./clean-up.ts";
import type { Routes } from "./context.ts";
import { DOCUMENTS } from "./documents.ts";
import { faultRule } from "./fault-schemas.ts";
import {
	ACCOUNT,
	answers,
	listOf,
	parameters,
	record,
	refer,
	type Schema,
} from "./route-schema.ts";
import { applySeed } from "./seed/apply-seed.ts";
import { readSeed } from "./seed/read-seed.ts";
import { resolverIn } from "./seed/seed-files.ts";

/** Objects in base64 included. */
const BODY_BYTES_MAX = 256 * 1024 * 1024;

export const seedRoutes: Routes = (app, { emulator }) => {
	app.put<{ Querystring: { readonly account?: string } }>(
		"/api/seed",
		{ schema: putSeed, bodyLimit: BODY_BYTES_MAX },
		async ({ body, query, ip }) => {
			const { account = emulator.accounts.default.uid } = query;
			requireAccount(emulator, account);
			try {
				const resolveFile = isOwnMachine(ip) ? resolverIn(".") : refuseFile;
				const seed = readSeed(body, { account, resolveFile });
				return await applySeed(emulator, seed);
			} catch (error) {
				if (!(error instanceof JsonMistake)) throw error;
				throw new AdminError(400, "InvalidSeed", error.message);
			}
		},
	);
};

/** Clients elsewhere must not read files of this machine. */
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
			description: "Default: the type that fits the end of the key.",
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

/** For the document alone: a mistake is found by `readSeed`, which names its place. */
export const seedSchema: Schema = parameters({
	buckets: listOf(bucketSchema),
	ram: {
		...{ type: "object", additionalProperties: true },
		description: "Users and roles, as in the file of --ram.",
	},
	faults: listOf(faultRule),
});

const putSeed = {
	operationId: "putSeed",
	tags: ["seed"],
	summary: "Makes the emulator contain what a document declares",
	description:
		'Buckets with their documents and objects, users, roles and faults: all of them or, after an error, none. Things that exist already as declared stay unchanged; nothing is removed. Documents are JSON with the elements of OSS\'s XML (`{"CORSRule":[{"AllowedOrigin":["*"],"AllowedMethod":["GET"]}]}`, a list is the list of rules), or the XML itself as text.',
	querystring: parameters({
		account: {
			...ACCOUNT,
			description: "uid of the owner of what names no other.",
		},
	}),
	documentedBody: refer("Seed"),
	response: answers(
		"It is there.",
		record({
			buckets: { type: "integer" },
			objects: { type: "integer" },
			written: {
				type: "integer",
				description: "Objects that were not there already as declared.",
			},
		}),
	),
} as const;
