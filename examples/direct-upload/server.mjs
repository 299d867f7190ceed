/**
 * An application server for uploads that go from the browser to OSS. It serves the page, permits uploads in three
 * ways, and receives a callback from OSS for each. The files themselves never pass through it.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { isFromOss } from "./callback.mjs";
import { permitClient, permitForm, permitPut } from "./permits.mjs";
import { host, port } from "./settings.mjs";

const here = (name) => new URL(name, import.meta.url);
const sdk = new URL(
	"../dist/aliyun-oss-sdk.min.js",
	import.meta.resolve("ali-oss"),
);

const files = {
	"/": [here("page.html"), "text/html; charset=utf-8"],
	"/page.js": [here("page.js"), "text/javascript; charset=utf-8"],
	"/aliyun-oss-sdk.js": [sdk, "text/javascript; charset=utf-8"],
};

/** A real application checks that the user is logged in, and gives each user a separate prefix. */
const permits = {
	"/form": (query) => permitForm(query.get("version")),
	"/url": (query) => permitPut(query.get("name"), query.get("type")),
	"/client": permitClient,
};

async function answer(request) {
	const { pathname, searchParams } = new URL(request.url, "http://server");
	const file = files[pathname];
	if (file) return [200, file[1], await readFile(fileURLToPath(file[0]))];
	const permit = permits[pathname];
	if (permit) return json(200, await permit(searchParams));
	if (pathname === "/uploaded") return uploaded(request);
	return json(404, { error: "not found" });
}

/** OSS relays this answer to the browser as the response to its upload. */
async function uploaded(request) {
	const body = await buffer(request);
	if (!(await isFromOss(request, body)))
		return json(403, { error: "not from OSS" });
	const file = JSON.parse(body.toString());
	console.log(`${file.by}: ${file.key}, ${file.size} bytes`);
	return json(200, { saved: file.key, size: file.size });
}

const json = (status, value) => [
	status,
	"application/json",
	Buffer.from(JSON.stringify(value)),
];

createServer(async (request, response) => {
	const [status, type, content] = await answer(request).catch((error) => {
		console.error(error);
		return json(500, { error: error.message });
	});
	response.writeHead(status, {
		"Content-Type": type,
		"Content-Length": content.length, // OSS requires it in the answer to a callback
	});
	response.end(content);
}).listen(port, host, () => {
	console.log(`application server on http://${host}:${port}`);
});
