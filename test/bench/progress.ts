/** One line on the terminal that says what is being done, and for how long; nothing where there is no terminal. */
const { stderr } = process;
const CLEAR = "\r\x1b[K";

/** @returns what `work` returns */
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
