/**
 * A process that uploads until it is killed, and prints a line for every upload that begins and every upload that is
 * acknowledged. Tests start it: `uploading-process.ts <folder> hold|upload <first generation>`.
 */
import { writeSync } from "node:fs";
import { argv } from "node:process";
import { storeProtocol } from "../../emulator/operations/store-protocol.ts";
import { openStore } from "../../emulator/storage/open-store.ts";
import { BUCKET, bytes, makeBucket, put } from "./stores.ts";

const [, , folder = "", mode = "", generation = "0"] = argv;

const store = await openStore({
	folder,
	durable: false,
	files: true,
	protocol: storeProtocol,
	report: (error) => {
		throw error;
	},
});
say("open");

if (mode === "upload") {
	if (!(await store.buckets.find(BUCKET))) await makeBucket(store, BUCKET);
	for (const uploader of [0, 1, 2, 3]) void uploadForEver(uploader);
}
setInterval(() => {}, 60_000); // until it is killed

/** Each uploader has separate keys, which it overwrites repeatedly. */
async function uploadForEver(uploader: number): Promise<void> {
	for (let i = Number(generation); ; i++) {
		const key = `${uploader}/${i % 7}`;
		const size = (i * 37_813 + uploader * 10_007) % 300_000;
		const what = `${key} ${size} ${i}`;
		say(`begun ${what}`);
		await put(store, key, bytes(size, i));
		say(`acknowledged ${what}`);
	}
}

/** Writes without a buffer, so that no line is lost when the process is killed. */
function say(line: string): void {
	writeSync(1, `${line}\n`);
}
