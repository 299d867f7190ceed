/**
 * The configuration documents of a bucket (CORS rules, lifecycle rules and so on), for reading and editing.
 */

import { riskyButton } from "./actions.js";
import { breadcrumbs } from "./bucket.js";
import { changeForm, selectField, textArea } from "./forms.js";
import { entries as foldable, h, name, nothing } from "./page.js";
import { bucketPath, fetchJson, put, remove } from "./server.js";

export async function documents({ name: bucket = "" }) {
	const path = `${bucketPath(bucket)}/documents`;
	const [{ documents: all }, names] = await Promise.all([
		fetchJson(path),
		documentNames(),
	]);
	const missing = names.filter((name) => !Object.hasOwn(all, name));
	const entries = Object.entries(all);
	return {
		title: `Documents of ${bucket}`,
		tab: "buckets",
		nodes: [
			breadcrumbs(bucket, "", ""),
			h("h1", {}, "Documents of ", name(bucket)),
			entries.length === 0 ? nothing("This bucket has no documents.") : "",
			entries.length === 0
				? ""
				: foldable(entries.map(([key, text]) => editor(path, key, text))),
			h("h2", {}, "Add a document"),
			changeForm(
				"Add a document",
				[
					selectField(
						"Document",
						"document",
						missing.map((key) => [key, key]),
					),
					textArea("Content, as XML or JSON", "text"),
				],
				"Add",
				({ document, text }) => save(`${path}/${document}`, text),
				"The document was added.",
			),
		].flat(),
	};
}

/** The names of documents in the OpenAPI description. */
async function documentNames() {
	const { components } = await fetchJson("/api/openapi.json");
	const { properties } = components.schemas.Seed.properties.buckets.items;
	const others = ["name", "owner", "acl", "versioning", "objects"];
	return Object.keys(properties).filter((key) => !others.includes(key));
}

/** OSS's messages do not name the field. */
const save = (path, text) =>
	put(path, write(text)).catch(({ message }) => {
		throw new Error(`Content: ${message}`);
	});

/** A policy must be JSON; the other documents are JSON or XML. */
function write(text) {
	try {
		return { document: JSON.parse(text) };
	} catch {
		return { document: text };
	}
}

function editor(path, key, text) {
	const removal = riskyButton(
		"Remove",
		`Remove ${key}?`,
		() => remove(`${path}/${key}`),
		`${key} was removed.`,
		`Remove ${key}`,
	);
	return h(
		"details",
		{},
		h("summary", {}, key),
		changeForm(
			key,
			[textArea(key, "text", text, { rows: "12" })],
			"Save",
			(values) => save(`${path}/${key}`, values.text),
			`${key} was saved.`,
		),
		removal,
	);
}
