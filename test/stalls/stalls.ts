/**
 * `npm run stalls -- [--only WORD] [--large] [--objects N]`: measures the longest time for which each of the heaviest
 * requests blocks the event loop, which delays all other requests. The exit code is 1 if a request takes more CPU time
 * of the main thread than its limit; wall-clock times are those of an idle machine. Lazily loaded code is loaded
 * before.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fill } from "./filled.ts";
import { type Probed, startProbed } from "./probed-emulator.ts";
import type { StallRow } from "./row.ts";
import { rows } from "./rows.ts";
import { sendForm } from "./rows-uploads.ts";

const OTHERS_MS_MAX = 50;
const REQUESTED_MS_MAX = 200;

const HELP = `Usage: npm run stalls -- [options]

Measures for how long each of the heaviest requests keeps the event loop.

  --only WORD    only the rows whose description contains WORD
  --large        only the rows of a bucket with very many objects
  --objects N    how many objects that bucket has (default 1000000)
  --help         print this help`;

const { values } = parseArgs({
	options: {
		only: { type: "string", default: "" },
		large: { type: "boolean", default: false },
		objects: { type: "string", default: "1000000" },
		help: { type: "boolean" },
	},
});
if (values.help) {
	console.log(HELP);
	process.exit();
}

const failures: string[] = [];

async function measure(emulator: Probed, row: StallRow): Promise<void> {
	const { what, isRequested, prepare, send, undo } = row;
	await prepare?.(emulator);
	emulator.begin();
	const began = performance.now();
	let error = "";
	await send(emulator).catch((reason) => {
		error = ` (${reason})`;
	});
	const took = performance.now() - began;
	const { wallMs, cpuMs } = await emulator.end();
	await undo?.(emulator);
	const max = isRequested ? REQUESTED_MS_MAX : OTHERS_MS_MAX;
	const isOver = cpuMs > max;
	if (isOver) failures.push(what);
	const figures = [cpuMs, max, wallMs, took].map((ms) =>
		ms.toFixed(0).padStart(8),
	);
	console.log(`${figures.join("")}  ${isOver ? "OVER " : ""}${what}${error}`);
}

/** Starts an emulator with a bucket `small`, and with lazily loaded code already loaded. */
async function warm(emulator: Probed): Promise<Probed> {
	const { oss, admin } = emulator;
	await oss.put("/small");
	await oss.put("/small/k", "x");
	await oss.get("/small?max-keys=1");
	await oss.get("/small/k", { as: { id: "id", secret: "wrong" } });
	await oss.put("/small?tagging", "<Tagging/>");
	await oss.post("/small/k?x-oss-process=csv%2Fselect", "<SelectRequest/>");
	await sendForm(emulator, []);
	await sendForm(emulator, [["policy", "none"]]);
	await admin.get("/api/buckets", { as: null });
	return emulator;
}

const chosen = rows.filter(
	({ what, isBig }) => what.includes(values.only) && (isBig || !values.large),
);
const folder = mkdtempSync(join(tmpdir(), "oss-emulator-"));
console.log("     CPU   limit   clock    took  ms; request");
try {
	for (const row of chosen.filter(({ isBig }) => !isBig)) {
		const emulator = await warm(await startProbed("--memory"));
		await measure(emulator, row);
		await emulator.stop();
	}
	const big = chosen.filter(({ isBig }) => isBig);
	if (big.length > 0) {
		await fill(folder, Number(values.objects));
		const flags = ["--data", folder, "--no-files"];
		const emulator = await warm(await startProbed(...flags));
		for (const row of big) await measure(emulator, row);
		await emulator.stop();
	}
} finally {
	rmSync(folder, { recursive: true });
}
console.log(
	failures.length === 0
		? "No request delayed others for longer than its limit."
		: `Over the limit: ${failures.join("; ")}.`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
