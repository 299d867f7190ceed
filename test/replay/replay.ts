/**
 * `npm run replay -- FOLDER`: compares the emulator's responses with those of OSS that a gateway has recorded there with
 * `--record`. It exits with 0 if all match, with 1 if some differ, and with 2 if there is nothing to replay.
 */
import { ReplayError, replay } from "./run.ts";

const [folder, ...more] = process.argv.slice(2);

try {
	if (folder === undefined || more.length > 0)
		throw new ReplayError("name one folder of recorded exchanges");
	const replayed = await replay(folder);
	for (const { file, operation, differences } of replayed) {
		console.log(`${differences.length === 0 ? "holds  " : "differs"} ${file}`);
		for (const difference of differences)
			console.log(`        ${operation}: ${difference}`);
	}
	const differing = replayed.filter(
		({ differences }) => differences.length > 0,
	);
	console.log(
		`${replayed.length - differing.length} of ${replayed.length} exchanges hold`,
	);
	process.exitCode = differing.length === 0 ? 0 : 1;
} catch (error) {
	if (!(error instanceof Error)) throw error;
	console.error(`replay: ${error.message}`);
	process.exitCode = 2;
}
