/**
 * The console: a page with its style and scripts, served unchanged from console/.
 */
import { readdirSync } from "node:fs";
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

export const consoleRoutes: Routes = (app) => {
	// Listed once: other names are not looked up on the disk.
	for (const file of readdirSync(FOLDER)) {
		const url = file === "index.html" ? "/" : `/console/${file}`;
		app.get(url, async (_incoming, outgoing) =>
			outgoing
				.headers(HEADERS)
				.type(TYPES[file.split(".").at(-1) ?? ""] ?? "")
				.send(await readFile(new URL(file, FOLDER))),
		);
	}
};
