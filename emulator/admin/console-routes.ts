/**
 * The console: a page with its style and scripts, served unchanged from console/.
 */
import { readFile } from "node:fs/promises";
import type { Routes } from "./context.ts";

const FOLDER = new URL("./console/", import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
	html: "text/html; charset=utf-8",
	css: "text/css; charset=utf-8",
	js: "text/javascript; charset=utf-8",
	svg: "image/svg+xml",
};

const HEADERS = {
	"Content-Security-Policy":
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options": "nosniff",
	"Referrer-Policy": "no-referrer",
	"Cache-Control": "no-cache",
};

/** All files that are served; other names are not looked up on the disk. */
const FILES = [
	"index.html",
	"style.css",
	"icon.svg",
	"accounts.js",
	"api.js",
	"attempt.js",
	"bucket.js",
	"buckets.js",
	"callback.js",
	"callbacks.js",
	"clock.js",
	"compare.js",
	"console.js",
	"documents.js",
	"faults.js",
	"forms.js",
	"home.js",
	"menu.js",
	"object.js",
	"operations.js",
	"page.js",
	"present.js",
	"ram.js",
	"request.js",
	"requests.js",
	"server.js",
	"settings.js",
	"snapshots.js",
	"upload.js",
];

export const consoleRoutes: Routes = (app) => {
	for (const file of FILES) {
		const url = file === "index.html" ? "/" : `/console/${file}`;
		app.get(url, async (_incoming, outgoing) =>
			outgoing
				.headers(HEADERS)
				.type(TYPES[file.split(".").at(-1) ?? ""] ?? "")
				.send(await readFile(new URL(file, FOLDER))),
		);
	}
};
