/** Writes a list as JSON with breaks, because a thousand callbacks with their bodies have megabytes. */
import { Breaks } from "../oss/breaks.ts";

/** @param view converts an item to the value that is written */
export async function writeList<T>(
	items: readonly T[],
	view: (item: T) => object,
): Promise<string> {
	const breaks = new Breaks();
	const texts: string[] = [];
	for (const item of items) {
		await breaks.pause();
		texts.push(JSON.stringify(view(item)));
	}
	return `[${texts.join(",")}]`;
}
