/**
 * Stands in for `main.ts` in the built command: loads `main.cjs`, the bundle, together with the compiled form of the
 * functions that a start runs.
 *
 * Node's own compile cache holds what V8 compiles before a file runs, so every start would compile 600 functions of
 * the bundle again. It is stored in the same folder, once for each version of the bundle and of Node.js.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire, getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, Script } from "node:vm";
import { crc32 } from "node:zlib";

/** The first requests of an application have been answered by then, so that their functions are stored too. */
const STORE_MS = 1000;

const FILE = fileURLToPath(new URL("main.cjs", import.meta.url));

/** @type {typeof import("./main.ts").main} */
export async function main(args, version) {
	const bytes = readFileSync(FILE);
	const stored = storedCode(bytes);
	const cachedData = stored.read();
	const script = new Script(bytes.toString("latin1"), {
		...{ filename: FILE, cachedData },
		importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
	});
	// They are large, and would remain until the garbage is collected.
	for (const read of [bytes, cachedData]) read?.buffer.transfer(0);
	/** @type {{ exports: typeof import("./main.ts") }} */
	const module = { exports: /** @type {any} */ ({}) };
	const { exports } = module;
	const require = createRequire(FILE);
	script.runInThisContext()(exports, require, module, FILE, dirname(FILE));
	const code = await module.exports.main(args, version);
	const isRunning = code === undefined; // other commands run other functions
	if (isRunning && script.cachedDataRejected !== false) storeOnce();
	return code;

	function storeOnce() {
		let timer;
		const store = () => {
			clearTimeout(timer);
			process.off("exit", store);
			stored.write(script.createCachedData());
		};
		timer = setTimeout(store, STORE_MS).unref();
		process.once("exit", store);
	}
}

/**
 * V8 compares only the length of the source, and does not check the code: the name of the file has a checksum of the
 * source, and the file begins with one of the code.
 *
 * @param {Buffer} source
 */
function storedCode(source) {
	const folder = getCompileCacheDir(); // undefined without permission to write there, for example
	const file = `${folder}/oss-emulator-${crc32(source).toString(16)}`;
	return {
		/** @returns {Buffer | undefined} */
		read() {
			if (folder === undefined) return undefined;
			try {
				const bytes = readFileSync(file);
				const code = bytes.subarray(4);
				return crc32(code) === bytes.readUInt32LE(0) ? code : undefined;
			} catch {
				return undefined;
			}
		},
		/** @param {Buffer} code */
		write(code) {
			if (folder === undefined) return;
			const sum = Buffer.alloc(4);
			sum.writeUInt32LE(crc32(code));
			try {
				writeFileSync(`${file}.${process.pid}`, Buffer.concat([sum, code]));
				renameSync(`${file}.${process.pid}`, file);
			} catch {
				// The next start compiles again.
			}
		},
	};
}
