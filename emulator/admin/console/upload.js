/**
 * The form that uploads selected or dropped files, optionally with a callback.
 */

import { act, notify, UNTIL_DONE_MS } from "./actions.js";
import { formOf, readJson, selectField, textArea, textField } from "./forms.js";
import { h } from "./page.js";
import { bucketPath, fetchJson } from "./server.js";

const BODY =
	"bucket=${bucket}&object=${object}&size=${size}&etag=${etag}&mimeType=${mimeType}";

export function uploadForm(bucket, folder) {
	const files = textField("Files", "files", { type: "file", multiple: true });
	const form = formOf(
		"Upload",
		[
			files,
			h("button", { type: "submit" }, "Upload"),
			h("span", { class: "note" }, "or drop files here"),
			callbackFields(),
		],
		(_, fail) => upload(form.elements.files.files, fail),
		{ class: "fields upload" },
	);
	form.addEventListener("dragover", (event) => {
		event.preventDefault();
		form.dataset.over = "";
	});
	form.addEventListener("dragleave", () => {
		delete form.dataset.over;
	});
	form.addEventListener("drop", (event) => {
		event.preventDefault();
		delete form.dataset.over;
		upload(event.dataTransfer.files);
	});
	return form;

	function upload(chosen, fail) {
		const change = async () => {
			if (chosen.length === 0) throw new Error("Files: choose one first.");
			const headers = callbackHeaders(form.elements);
			return storeAll(bucket, folder, [...chosen], headers);
		};
		return act(change, describe, { fail });
	}
}

const callbackFields = () =>
	h(
		"details",
		{},
		h("summary", {}, "With a callback"),
		h(
			"div",
			{ class: "fields" },
			textField("callbackUrl", "callbackUrl", {
				...{ type: "url", class: "wide" },
				placeholder: "http://127.0.0.1:9000/callback",
			}),
			selectField("callbackBodyType", "callbackBodyType", [
				["application/x-www-form-urlencoded", "form"],
				["application/json", "JSON"],
			]),
			textArea("callbackBody", "callbackBody", BODY, { rows: "2" }),
			textArea("Custom variables as JSON", "callbackVar", "", {
				rows: "2",
				placeholder: '{"x:user":"42"}',
			}),
		),
	);

/** The headers that SDKs send: x-oss-callback and x-oss-callback-var, in base64. */
function callbackHeaders(fields) {
	const { callbackUrl, callbackBody, callbackBodyType, callbackVar } = fields;
	if (callbackUrl.value === "") return {};
	const callback = {
		callbackUrl: callbackUrl.value,
		callbackBody: callbackBody.value,
		callbackBodyType: callbackBodyType.value,
	};
	const variables = callbackVar.value.trim();
	if (variables !== "") readJson("Custom variables as JSON", variables);
	return {
		"x-oss-callback": toBase64(JSON.stringify(callback)),
		...(variables === "" ? {} : { "x-oss-callback-var": toBase64(variables) }),
	};
}

const toBase64 = (text) =>
	btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** @throws Error with the name of the refused file and the number of files stored before it */
async function storeAll(bucket, folder, files, headers) {
	const answers = [];
	for (const file of files) {
		const count = `${answers.length + 1} of ${files.length}`;
		notify(`Uploading ${file.name} (${count}) …`, UNTIL_DONE_MS);
		const init = {
			method: "PUT",
			headers: {
				"Content-Type": file.type || "application/octet-stream",
				...headers,
			},
			body: file,
		};
		const query = { key: folder + file.name };
		const path = `${bucketPath(bucket)}/content`;
		try {
			answers.push(await fetchJson(path, query, init));
		} catch ({ message }) {
			const stored = answers.length === 0 ? "" : ` ${answers.length} stored.`;
			throw new Error(`${file.name}: ${message}${stored}`);
		}
	}
	return answers;
}

function describe(answers) {
	const failed = answers.find(({ status }) => status === 203);
	if (failed) return `Stored. The callback failed: ${failed.answer}`;
	return answers.length === 1 ? "Stored." : `${answers.length} files stored.`;
}
