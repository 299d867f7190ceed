/** Uploads to OSS in three ways. The application server signs the upload, the browser sends the file to OSS. */

const getJson = async (path) => (await fetch(path)).json();

/** Runs `upload` when a button of the form is clicked, and shows the result. */
function on(id, upload) {
	const form = document.getElementById(id);
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		const output = form.querySelector("output");
		output.textContent = "…";
		try {
			output.textContent = await upload(form, event.submitter.value);
		} catch (error) {
			output.textContent = `${error.code ?? error.name}: ${error.message}`;
		}
	});
}

const fileOf = ({ elements }) => elements.file.files[0];

// A form: the browser itself sends it and shows the response in the frame, so CORS does not apply.
const form = document.getElementById("form");
form.addEventListener("submit", async (event) => {
	event.preventDefault();
	const { url, fields } = await getJson(
		`/form?version=${event.submitter.value}`,
	);
	const inputs = Object.entries(fields).map(([name, value]) =>
		Object.assign(document.createElement("input"), {
			...{ type: "hidden", name, value },
		}),
	);
	document.getElementById("fields").replaceChildren(...inputs);
	form.action = url;
	form.submit();
});

// fetch: CORS rules must allow PUT and Content-Type, and expose the ETag, which is read below.
on("fetch", async (form) => {
	const file = fileOf(form);
	const type = file.type || "application/octet-stream";
	const query = new URLSearchParams({ name: file.name, type });
	const { url, headers } = await getJson(`/url?${query}`);
	const response = await fetch(url, { method: "PUT", headers, body: file });
	const text = await response.text();
	return `${response.status} ${text}\nETag ${response.headers.get("ETag")}`;
});

// ali-oss: CORS rules must allow all its headers, and expose the ETag, which it needs to complete the parts.
let client;
let checkpoint;

const options = (form, callback) => ({
	callback,
	partSize: 100 * 1024,
	parallel: 2,
	progress(fraction, reached) {
		checkpoint = reached;
		form.querySelector("progress").value = fraction;
	},
});

/** Creates a client with new keys, because an upload may be resumed long after the old keys have expired. */
async function connect() {
	const permit = await getJson("/client");
	client = new OSS({
		...permit.client,
		refreshSTSToken: async () => (await getJson("/client")).client,
	});
	return permit.callback;
}

const actions = {
	put: (key, file, { callback }) => client.put(key, file, { callback }),
	multipart: (key, file, options) => client.multipartUpload(key, file, options),
	resume: (key, file, options) =>
		client.multipartUpload(key, file, { ...options, checkpoint }),
	abort: () =>
		client.abortMultipartUpload(checkpoint.name, checkpoint.uploadId),
};

on("client", async (form, action) => {
	const callback = await connect();
	const key = form.elements.key.value;
	const { res, data } = await actions[action](
		key,
		fileOf(form),
		options(form, callback),
	);
	return `${res.status} ${JSON.stringify(data)}\nETag ${res.headers.etag}`;
});

document
	.getElementById("pause")
	.addEventListener("click", () => client.cancel());
