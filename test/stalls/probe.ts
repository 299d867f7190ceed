/**
 * Preloaded into an emulator's process: measures the longest time for which the main thread was busy, in milliseconds
 * of wall-clock time and of the thread's CPU time. On a busy machine only the CPU time is meaningful.
 */
import { isMainThread } from "node:worker_threads";

export type Stretch = { readonly wallMs: number; readonly cpuMs: number };

const TICK_MS = 1;

function cpuMs(): number {
	const { user, system } = process.threadCpuUsage();
	return (user + system) / 1000;
}

if (isMainThread && process.send) {
	let [wall, cpu] = [performance.now(), cpuMs()];
	let worst: Stretch = { wallMs: 0, cpuMs: 0 };
	const tick = (): void => {
		const [nowWall, nowCpu] = [performance.now(), cpuMs()];
		worst = {
			wallMs: Math.max(worst.wallMs, nowWall - wall - TICK_MS),
			cpuMs: Math.max(worst.cpuMs, nowCpu - cpu),
		};
		[wall, cpu] = [nowWall, nowCpu];
	};
	setInterval(tick, TICK_MS).unref();
	process.on("message", (what) => {
		tick();
		if (what === "read") process.send?.(worst);
		worst = { wallMs: 0, cpuMs: 0 };
	});
	process.channel?.unref();
}
