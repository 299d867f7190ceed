export default async function stop() {
	await globalThis.emulator.close();
}
