/**
 * `npm run replay -- FOLDER`: compares the emulator's responses with those of OSS that a gateway with `--record` has
 * stored in the folder. It exits with 0 if all match, with 1 if some differ, and with 2 if there is nothing to replay.
 */
import { replayCommand } from "./run.ts";

const { code, stdout, stderr } = await replayCommand(process.argv.slice(2));
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = code;
