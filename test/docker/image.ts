/**
 * `npm run test:docker`: tests the image like its users: builds it with the Dockerfile, starts it with published ports
 * and a volume, receives callbacks outside of the container, stops and restarts it; and runs the compose example.
 *
 * Needs a Docker engine (engine.sh starts one), and the base image, which is pulled if it is missing.
 */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, suite, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { startApplicationServer } from "../application-server.ts";
import { skip, useBrowser } from "../browser/browser.ts";
import { Client } from "../client.ts";
import { findFreePort } from "../free-port.ts";
import {
	callEveryRoute,
	openEveryPage,
	runEveryCommand,
	uploadWithCallback,
} from "../package/as-users-do.ts";
import { has, startInBackground, succeed } from "../run.ts";

const IMAGE = "oss-emulator-test";
const BASE = "node:24-bookworm-slim";
const LAYERS_BYTES_MAX = 30_000_000;
const KEY = { id: "oss-emulator", secret: "oss-emulator-secret" };

const root = fileURLToPath(new URL("../..", import.meta.url));
const docker = async (command: string): Promise<string> =>
	(await succeed(`docker ${command}`, { cwd: root })).trim();

// The host's network, so that npm can reach its registry even if containers have no network access.
before(() => docker(`build --quiet --network host --tag ${IMAGE} .`));

suite("The image", { concurrency: 1, skip }, () => {
	const open = useBrowser();

	test("is not much larger than its base image", async (t) => {
		const folder = await makeFolder(t);
		await succeed(`docker save ${IMAGE} | tar -x`, { cwd: folder });
		const layers = (await readLayers(folder)).slice(await countLayers(BASE));
		const sizes = await Promise.all(
			layers.map(async (layer) => gzipSync(await readFile(layer)).length),
		);
		const bytes = sizes.reduce((sum, size) => sum + size, 0);
		t.diagnostic(
			`in addition to the base image: ${(bytes / 1e6).toFixed(1)} MB compressed`,
		);
		assert.ok(bytes > 1_000_000 && bytes <= LAYERS_BYTES_MAX, `${bytes} bytes`);
	});

	test("supports uploads, commands, routes and pages of the console, with an application server outside of the container", async (t) => {
		const { name, oss, adminUrl } = await startContainer(t);
		// The container's own gateway, because an engine in its first run does not report the gateway of its bridge.
		const address = await docker(
			`inspect --format '{{.NetworkSettings.Gateway}}' ${name}`,
		);
		const application = await startApplicationServer(t, { address });
		const applicationUrl = application.url.replace(
			address,
			"host.docker.internal",
		);

		const used = { oss, adminUrl, application, applicationUrl };
		await uploadWithCallback(used);
		await runEveryCommand(
			(args) =>
				docker(
					`exec --env OSS_EMULATOR_ADMIN=${adminUrl} ${name} oss-emulator ${args}`,
				),
			"/data",
		);
		await openEveryPage(t, open, adminUrl);
		await callEveryRoute(used);
	});

	test("becomes healthy, does not run as root, and has the command", async (t) => {
		const { name } = await startContainer(t);
		assert.equal(await docker(`exec ${name} id -u`), "1000");
		assert.match(await docker(`exec ${name} oss-emulator --version`), /^\d+\./);
	});

	test("accepts the flags of the command", async () => {
		const help = await docker(`run --rm ${IMAGE} --help`);
		assert.match(help, /^usage: oss-emulator/m);
		await assert.rejects(
			docker(`run --rm ${IMAGE} --colour`),
			/exit code 2 of/,
		);
	});

	test("becomes healthy, and its command connects to the emulator, if flags change the ports", async (t) => {
		const since = await now();
		const name = await docker(
			`run --detach ${IMAGE} --memory --port 7000 --admin-port 7001`,
		);
		t.after(() => docker(`rm --force ${name}`));
		await untilHealthy(t, name, since);

		assert.equal(await docker(`exec ${name} oss-emulator ls`), "");
	});

	test("keeps its data after a restart, and exits with 0 after SIGTERM", async (t) => {
		const { name, oss, port } = await startContainer(t);
		await oss.put("/photos");
		await oss.put("/photos/cat.jpg", "meow");

		const since = await now();
		await docker(`restart --time 10 ${name}`);
		await untilHealthy(t, name, since);
		const again = connect(t, port);
		assert.equal((await again.get("/photos/cat.jpg")).text, "meow");

		const start = performance.now();
		await docker(`stop --time 10 ${name}`);
		const seconds = (performance.now() - start) / 1000;
		const code = await docker(`inspect --format '{{.State.ExitCode}}' ${name}`);
		assert.equal(code, "0");
		assert.ok(seconds < 5, `${seconds} s`);
	});

	test("stores nothing with --memory", async (t) => {
		const { name, oss } = await startContainer(t, "--memory");
		await oss.put("/photos");
		assert.equal(await docker(`exec ${name} ls -A /data`), "");
	});
});

suite("The compose example", () => {
	test("calls an application server in another container after an upload", async (t) => {
		const [oss, admin, application] = await Promise.all([
			findFreePort(),
			findFreePort(),
			findFreePort(),
		]);
		const cwd = join(root, "examples/compose");
		const folder = await mkdtemp(join(tmpdir(), "oss-emulator-compose-"));
		const file = (await readFile(join(cwd, "compose.yaml"), "utf8"))
			.replace("build: ../..", `image: ${IMAGE}`)
			.replaceAll("127.0.0.1:6770", `127.0.0.1:${oss}`)
			.replace("127.0.0.1:6771", `127.0.0.1:${admin}`)
			.replace("127.0.0.1:8000", `127.0.0.1:${application}`);
		await writeFile(join(folder, "compose.yaml"), file);
		const command = (await has("docker-compose"))
			? "docker-compose"
			: "docker compose";
		const compose = `${command} --file ${folder}/compose.yaml --project-directory ${cwd} --project-name oss-emulator-test`;
		t.after(async () => {
			await succeed(`${compose} down --volumes --timeout 2`, { cwd });
			await rm(folder, { recursive: true });
		});
		await succeed(`${compose} up --detach`, { cwd });
		await startInBackground(
			t,
			`${compose} logs --follow application`,
			/application server on/,
			{ cwd },
		);

		const printed = await succeed("node upload.mjs", {
			cwd: join(root, "examples/node-callback"),
			env: {
				OSS_ENDPOINT: `http://127.0.0.1:${oss}`,
				APPLICATION: `http://127.0.0.1:${application}`,
			},
		});

		assert.equal(printed, '200 {"saved":"incoming/cat.jpg"}\n');
	});
});

async function makeFolder(t: TestContext): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "oss-emulator-docker-"));
	t.after(() => rm(folder, { recursive: true }));
	return folder;
}

/** @returns the tar files of the layers of a saved image, lowest first */
async function readLayers(folder: string): Promise<string[]> {
	const [image] = JSON.parse(
		await readFile(join(folder, "manifest.json"), "utf8"),
	);
	return image.Layers.map((layer: string) => join(folder, layer));
}

const countLayers = async (image: string): Promise<number> =>
	Number(await docker(`inspect --format '{{len .RootFS.Layers}}' ${image}`));

type Container = {
	readonly name: string;
	readonly port: number;
	readonly oss: Client;
	readonly adminUrl: string;
};

/** The ports are the same inside and outside of the container, because callbacks contain the URL of the public key. */
async function startContainer(t: TestContext, flags = ""): Promise<Container> {
	const [port, admin] = [await findFreePort(), await findFreePort()];
	const since = await now();
	const name = await docker(
		`run --detach --volume /data --add-host host.docker.internal:host-gateway \
		--publish 127.0.0.1:${port}:${port} --env OSS_EMULATOR_PORT=${port} \
		--publish 127.0.0.1:${admin}:${admin} --env OSS_EMULATOR_ADMIN_PORT=${admin} \
		${IMAGE} ${flags}`,
	);
	t.after(() => docker(`rm --force --volumes ${name}`));
	await untilHealthy(t, name, since);
	const adminUrl = `http://127.0.0.1:${admin}`;
	return { name, port, oss: connect(t, port), adminUrl };
}

function connect(t: TestContext, port: number): Client {
	const client = new Client(`http://127.0.0.1:${port}`, KEY);
	t.after(() => client.close());
	return client;
}

/** Returns the time of the engine's clock. */
const now = (): Promise<string> => docker("info --format '{{.SystemTime}}'");

/** @param since earlier lines are ignored */
async function untilHealthy(
	t: TestContext,
	name: string,
	since: string,
): Promise<void> {
	const events = await startInBackground(
		t,
		`timeout 60 docker events --since ${since} --filter container=${name}`,
		/health_status: healthy/,
		{ cwd: root },
	);
	await events.stop("SIGTERM");
}
