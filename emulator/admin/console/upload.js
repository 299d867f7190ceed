/**
 * The form that uploads files, chosen or dropped, with a callback to try.
 */
import { selectField, textArea, textField } from "./forms.js";
import { act, h, notify } from "./page.js";
import { ask, bucketPath } from "./server.js";

const BODY =
	"bucket=${bucket}&object=${object}&size=${size}&etag=${etag}&mimeType=${mimeType}";

export function uploadForm(bucket, folder) {
	const files = textField("Files", "files", { type: "file", multiple: true });
	const form = h(
		"form",
		{ class: "fields upload", "aria-label": "Upload" },
		files,
		h("button", { type: "submit" }, "Upload"),
		h("p", { class: "note" }, "or drop files here"),
		callbackFields(),
	);
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		upload(form.elements.files.files);
	});
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

	function upload(chosen) {
		if (chosen.length === 0) return notify("Choose a file first.");
		const headers = callbackHeaders(form.elements);
		return act(() => storeAll(bucket, folder, [...chosen], headers), describe);
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
				type: "url",
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

/** What the SDKs send: the headers x-oss-callback and x-oss-callback-var, in base64. */
function callbackHeaders(fields) {
	const { callbackUrl, callbackBody, callbackBodyType, callbackVar } = fields;
	if (callbackUrl.value === "") return {};
	const callback = {
		callbackUrl: callbackUrl.value,
		callbackBody: callbackBody.value,
		callbackBodyType: callbackBodyType.value,
	};
	const variables = callbackVar.value.trim();
	return {
		"x-oss-callback": toBase64(JSON.stringify(callback)),
		...(variables === "" ? {} : { "x-oss-callback-var": toBase64(variables) }),
	};
}

const toBase64 = (text) =>
	btoa(String.fromCharCode(...new TextEncoder().encode(text)));

async function storeAll(bucket, folder, files, headers) {
	const answers = [];
	for (const file of files) {
		notify(`Uploading ${file.name} …`);
		const init = {
			method: "PUT",
			headers: {
				"Content-Type": file.type || "application/octet-stream",
				...headers,
			},
			body: file,
		};
		const query = { key: folder + file.name };
		answers.push(await ask(`${bucketPath(bucket)}/content`, query, init));
	}
	return answers;
}

function describe(answers) {
	const failed = answers.find(({ status }) => status === 203);
	if (failed) return `Stored. The callback failed: ${failed.answer}`;
	return answers.length === 1 ? "Stored." : `${answers.length} files stored.`;
}
