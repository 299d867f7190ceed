/** One line on the terminal with the current work and its duration; no output without a terminal. */
const { stderr } = process;
const CLEAR = "\r\x1b[K";

/** @returns the result of `work` */
export async function during<T>(
	what: string,
	work: () => Promise<T>,
): Promise<T> {
	if (!stderr.isTTY) return work();
	const started = performance.now();
	const show = (): void => {
		const seconds = Math.round((performance.now() - started) / 1000);
		stderr.write(`${CLEAR}${what} … ${seconds} s`);
	};
	show();
	const timer = setInterval(show, 1000);
	try {
		return await work();
	} finally {
		clearInterval(timer);
		stderr.write(CLEAR);
	}
}
