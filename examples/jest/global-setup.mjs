import { startEmulator } from "oss-emulator";

export default async function start() {
	const emulator = await startEmulator(); // in memory, on free ports
	globalThis.emulator = emulator;
	process.env.OSS_ENDPOINT = emulator.endpoint; // tests inherit it
}
