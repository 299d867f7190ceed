import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { runCommand } from "../cli/command.ts";
import { startBoth, startCloud, startGateway } from "./clouds.ts";

suite("The admin API of a gateway", () => {
	const start = async (t: Parameters<typeof startBoth>[0]) => {
		const both = await startBoth(t);
		const getBoth = async (path: string) => {
			const answer = await fetch(`${both.gateway.adminUrl}${path}`);
			return { status: answer.status, json: Object(await answer.json()) };
		};
		return { ...both, getBoth };
	};

	test("shows the configured buckets as they are in the cloud", async (t) => {
		const { cloud, gateway, getBoth } = await start(t);
		await cloud.oss.put("/another");
		await cloud.oss.put("/real-photos?acl", "", { "x-oss-acl": "public-read" });
		const { buckets } = (await getBoth("/api/buckets")).json;
		assert.equal(buckets.length, 1);
		const [{ createdAt, ...bucket }] = buckets;
		assert.ok(Date.parse(createdAt) > 0);
		assert.deepEqual(bucket, {
			...{ name: "photos", owner: "1000000000000001", acl: "public-read" },
			...{ storageClass: "Standard", redundancy: "LRS" },
			...{ location: "oss-cn-beijing", versioning: "" },
		});
		const other = await getBoth("/api/buckets?account=1000000000000002");
		assert.deepEqual(other.json, { buckets: [] });
		assert.equal((await getBoth("/api/buckets/another/objects")).status, 403);
		void gateway;
	});

	test("lists all buckets of the cloud's account if * names them, the named ones first", async (t) => {
		const cloud = await startCloud(t);
		for (const name of ["aaa", "photos", "real-photos", "zzz"])
			await cloud.oss.put(`/${name}`);
		const names = ["--upstream-bucket", "photos=real-photos,zzz,*"];
		const { adminUrl } = await startGateway(t, cloud, ...names);
		const list = await runCommand(["ls", "--admin", adminUrl]);
		// The cloud's own `photos` cannot be reached, because another bucket has its name here.
		assert.deepEqual(list, { code: 0, out: "photos\nzzz\naaa\n", err: "" });
		const { buckets } = Object(
			await (await fetch(`${adminUrl}/api/buckets`)).json(),
		);
		const { createdAt, ...last } = buckets[2];
		assert.ok(Date.parse(createdAt) > 0);
		assert.deepEqual(last, {
			...{ name: "aaa", owner: "1000000000000001", acl: "" },
			...{ storageClass: "Standard", redundancy: "" },
			...{ location: "oss-cn-beijing", versioning: "" },
		});
	});

	test("lists, describes and shows objects of the cloud", async (t) => {
		const { cloud, gateway, getBoth } = await start(t);
		await cloud.oss.put("/real-photos/a/%E7%8C%AB%20%2B.html", "<b>meow</b>", {
			"content-type": "text/html",
			"cache-control": "no-cache",
			"x-oss-meta-by": "猫",
			"x-oss-tagging": "a=1",
		});
		await cloud.oss.put("/real-photos/b", "b");

		const root = (
			await getBoth("/api/buckets/photos/objects?delimiter=/&limit=1")
		).json;
		assert.deepEqual(root.prefixes, ["a/"]);
		assert.equal(root.isTruncated, true);
		const next = `/api/buckets/photos/objects?delimiter=/&marker=${encodeURIComponent(root.nextMarker)}`;
		const rest = (await getBoth(next)).json;
		assert.deepEqual(
			rest.objects.map(({ key, size }: { key: string; size: number }) => [
				key,
				size,
			]),
			[["b", 1]],
		);

		const key = encodeURIComponent("a/猫 +.html");
		const { versions } = (
			await getBoth(`/api/buckets/photos/object?key=${key}`)
		).json;
		const [object] = versions;
		assert.equal(versions.length, 1);
		assert.equal(object.bucket, "photos");
		assert.equal(object.key, "a/猫 +.html");
		assert.equal(object.contentType, "text/html");
		assert.deepEqual(object.userMetadata, { by: "猫" });
		assert.deepEqual(object.tags, { a: "1" });
		assert.deepEqual(Object.values(object.headers), ["no-cache"]);
		assert.equal(object.acl, "default");

		const url = `${gateway.adminUrl}/api/buckets/photos/content?key=${key}`;
		const content = await fetch(url, { headers: { range: "bytes=3-6" } });
		assert.equal(content.status, 206);
		assert.equal(await content.text(), "meow");
		assert.match(
			content.headers.get("content-security-policy") ?? "",
			/^sandbox/,
		);
		assert.match(content.headers.get("content-disposition") ?? "", /^inline;/);
		const missing = await getBoth("/api/buckets/photos/object?key=nothing");
		assert.equal(missing.status, 404);
		const unknown = await getBoth("/api/buckets/photos/content?key=nothing");
		assert.deepEqual([unknown.status, unknown.json.error], [404, "NoSuchKey"]);
	});

	test("shows versions and delete markers", async (t) => {
		const { gateway, getBoth } = await start(t);
		const { oss } = gateway;
		await oss.put(
			"/photos?versioning",
			"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
		);
		await oss.put("/photos/cat", "1");
		const first = await oss.put("/photos/cat", "22");
		await oss.delete("/photos/cat");
		const { versions } = (await getBoth("/api/buckets/photos/object?key=cat"))
			.json;
		assert.deepEqual(
			versions.map(({ type }: { type: string }) => type),
			["DeleteMarker", "Normal", "Normal"],
		);
		const id = first.headers["x-oss-version-id"];
		const old = await fetch(
			`${gateway.adminUrl}/api/buckets/photos/content?key=cat&versionId=${id}`,
		);
		assert.equal(await old.text(), "22");
	});

	test("refuses every route that it cannot serve from the cloud, before it reads the body", async (t) => {
		const { gateway, getBoth } = await start(t);
		await gateway.oss.put("/photos/cat", "meow");
		const served = ["GET objects", "GET object", "GET content"];
		const { paths } = (await getBoth("/api/openapi.json")).json;
		const routes = Object.entries<object>(paths).flatMap(([path, methods]) =>
			Object.keys(methods).map((name) => [name.toUpperCase(), path] as const),
		);
		const refused: string[] = [];
		for (const [method, path] of routes) {
			const [, rest] = /^\/api\/buckets\/{bucket}\/?(.*)/.exec(path) ?? [];
			if (rest === undefined && path !== "/api/lifecycle/run") continue;
			if (served.includes(`${method} ${rest}`)) continue;
			const url = path.replace("{bucket}", "photos").replace("{name}", "cors");
			const answer = await fetch(`${gateway.adminUrl}${url}?key=cat`, {
				method,
				...(rest === "content" ? { body: Buffer.alloc(8 << 20) } : {}),
			});
			const { error, message } = Object(await answer.json());
			assert.deepEqual([answer.status, error], [409, "Gateway"], path);
			assert.match(message, /^the buckets of a gateway are in the cloud: use/);
			refused.push(`${method} ${rest ?? path}`);
		}
		assert.deepEqual(refused.sort(), [
			...["DELETE ", "DELETE documents/{name}", "DELETE object"],
			...["DELETE objects", "GET documents", "GET documents/{name}"],
			...["GET stat", "GET versions", "POST /api/lifecycle/run"],
			...["PUT ", "PUT content", "PUT documents/{name}"],
		]);
		assert.equal((await gateway.oss.get("/photos/cat")).text, "meow");
	});

	test("serves the commands that read, and refuses those that change or export in one line", async (t) => {
		const { gateway } = await start(t);
		await gateway.oss.put("/photos/cat", "meow");
		const run = (...args: string[]) =>
			runCommand([...args, "--admin", gateway.adminUrl], { input: "{}" });
		for (const [out, ...args] of [
			["photos\n", "ls"],
			["meow", "cat", "photos/cat"],
			["meow", "get", "photos/cat", "-"],
			["", "snapshot", "save", "before"],
			["", "snapshot", "restore", "before"],
			["", "reset"],
		])
			assert.deepEqual(await run(...args), { code: 0, out, err: "" });
		const refusal = (what: string) => ({
			...{ code: 2, out: "" },
			err: `oss-emulator: the buckets of a gateway are in the cloud: use an SDK to ${what}\n`,
		});
		for (const args of [
			["put", "-", "photos/cat"],
			["cp", "oss://photos/cat", "oss://photos/copy"],
			["rm", "photos/cat"],
			["rm", "photos/", "--recursive"],
			["mb", "photos"],
			["rb", "photos", "--force"],
		])
			assert.deepEqual(await run(...args), refusal("change them"));
		assert.deepEqual(
			await run("export", "gateway.tar"),
			refusal("read more than their objects"),
		);
		assert.equal((await gateway.oss.get("/photos/cat")).text, "meow");
	});
});
