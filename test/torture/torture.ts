/**
 * `npm run torture -- [--seconds N] [--seed N] [--only kills|restores|damage|races|power-cuts]`: causes events that an emulator
 * must survive, for a given time. The seed is printed; with the same seed the choices are the same.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { damage } from "./damage.ts";
import { torture, type Undo } from "./kills.ts";
import { cutPower } from "./power-cuts.ts";
import { race } from "./races.ts";
import { killRestores } from "./restores.ts";

const HELP = `Usage: npm run torture -- [options]

Ends emulators in the middle of their work, and checks what is left.

  --seconds N    how long it lasts (default 60)
  --seed N       makes the choices of an earlier run again
  --only PART    one of kills, restores, races, damage and power-cuts
  --help         print this help`;

const { values } = parseArgs({
	options: {
		seconds: { type: "string", default: "60" },
		seed: { type: "string" },
		only: { type: "string" },
		help: { type: "boolean" },
	},
});
if (values.help) {
	console.log(HELP);
	process.exit();
}
const seed = Number(values.seed ?? Math.trunc(Math.random() * 1e9));
console.log(`torture: --seed ${seed}`);

const steps: (() => unknown)[] = [];
const undo: Undo = {
	after: (step) => {
		if (step) steps.unshift(step as () => unknown);
	},
};
const parent = mkdtempSync(join(tmpdir(), "oss-emulator-"));
undo.after(() => rmSync(parent, { recursive: true }));

const parts = {
	kills: { share: 0.4, run: torture },
	restores: { share: 0.15, run: killRestores },
	races: { share: 0.1, run: race },
	damage: { share: 0.2, run: damage },
	"power-cuts": { share: 0.15, run: cutPower },
} as const;

try {
	for (const [name, { share, run }] of Object.entries(parts)) {
		if (values.only !== undefined && values.only !== name) continue;
		const seconds = Number(values.seconds) * (values.only ? 1 : share);
		const until = Date.now() + seconds * 1000;
		const folder = join(parent, name);
		console.log(`${name}: ${await run({ seed, until, folder, undo })}`);
	}
} finally {
	for (const step of steps) await step();
}
