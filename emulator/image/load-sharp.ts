/**
 * Loads sharp, which is optional, when the first image is processed.
 *
 * sharp runs with one thread and no cache, because an emulator shares its machine with the tests.
 */
import type { SharpConstructor } from "sharp";
import { OssError } from "../oss/errors.ts";

type Module = { readonly default: SharpConstructor };

/** @throws OssError NotImplemented if sharp is not installed, or not for this platform */
export async function loadSharp(
	load: () => Promise<Module> = () => import("sharp"),
): Promise<SharpConstructor> {
	try {
		const { default: sharp } = await load();
		sharp.concurrency(1);
		sharp.cache(false);
		return sharp;
	} catch (error) {
		throw new OssError("NotImplemented", {
			message: "Processing images requires sharp: npm install sharp",
			details: { Cause: String(error).split("\n")[0] ?? "" },
		});
	}
}
