import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { createAdminApp } from "../../emulator/admin/app.ts";
import { readConfig } from "../../emulator/config/config.ts";
import { Lifecycle } from "../../emulator/operations/lifecycle/scheduler.ts";
import { makeLog } from "../../emulator/oss/log.ts";
import { RequestLog } from "../../emulator/records/request-log.ts";
import { start } from "../../emulator/start/start.ts";
import { startWithAdmin } from "./admin.ts";

type Document = {
	readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
};

suite("The OpenAPI document of the admin API", () => {
	test("is valid", async (t) => {
		const { admin } = await startWithAdmin(t);
		const { json } = await admin.get("/api/openapi.json");

		const { valid, errors } = await new Validator().validate(json);

		assert.ok(valid, JSON.stringify(errors));
		assert.match(json.openapi, /^3\.1\./);
	});

	test("describes every route except the console's files", async (t) => {
		const config = readConfig(
			["--memory", "--port", "0", "--admin-port", "0"],
			{},
		);
		const { emulator, endpoint, adminUrl, close } = await start(config);
		const lifecycle = new Lifecycle(emulator);
		t.after(async () => {
			await lifecycle.close();
			await close();
		});
		const app = await createAdminApp({
			...{ emulator, lifecycle, endpoint },
			log: makeLog("error", () => {}),
			requests: new RequestLog(),
			version: "0",
			authority: undefined,
			settings: {},
			ending: new AbortController().signal,
		});
		await app.ready();
		const answer = await fetch(`${adminUrl}/api/openapi.json`);
		const { paths }: Document = JSON.parse(await answer.text());

		const described = Object.entries(paths).flatMap(([path, operations]) =>
			Object.keys(operations).map(
				(method) => `${method.toUpperCase()} ${path.replaceAll(/[{}]/g, "")}`,
			),
		);
		const routed = routesOf(app.printRoutes({ commonPrefix: false }));

		assert.deepEqual(described.sort(), routed.sort());
		assert.ok(described.includes("POST /api/callbacks/id/send"));
	});
});

/** Parses Fastify's list with one line per route: `├── /api/buckets (GET, HEAD)`, indented below its parent. */
function routesOf(printed: string): string[] {
	const above: string[] = [];
	const routes: string[] = [];
	for (const line of printed.split("\n")) {
		const [, indent = "", piece = "", methods = ""] =
			/^([│ ]*)[├└]── (\S*)(?: \((.*)\))?$/.exec(line) ?? [];
		if (line.trim() === "") continue;
		const depth = indent.length / 4;
		above.length = depth;
		above.push(piece);
		const path = above.join("").replaceAll(":", "");
		if (path === "/" || path.startsWith("/console/")) continue;
		for (const method of methods.split(", "))
			if (method !== "HEAD" && method !== "") routes.push(`${method} ${path}`);
	}
	return routes;
}
