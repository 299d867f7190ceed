/**
 * Reads the text of `x-oss-process`: `image/resize,w_100/format,png` is two steps, each with its parameters.
 *
 * Pure. Source: docs «IMG parameters», «Save processed images»; ali-oss sends a comma that ends a step.
 */
import { invalidArgument } from "../oss/errors.ts";

export type Step = {
	readonly action: string;
	/** Values by name; a value without a name, like the `90` of `rotate,90`, has the name ''. */
	readonly values: ReadonlyMap<string, string>;
};

/** The target of a saved result; a part that is not given is ''. */
export type SaveAs = { readonly bucket: string; readonly key: string };

/** @param text after `image/`. @throws OssError InvalidArgument */
export function readSteps(text: string): readonly Step[] {
	const steps = text.split("/").filter((step) => step !== "");
	if (steps.length === 0) throw invalidArgument("x-oss-process", text);
	return steps.map(readStep);
}

function readStep(text: string): Step {
	const [action = "", ...parameters] = text.split(",");
	const values = new Map<string, string>();
	for (const parameter of parameters) {
		if (parameter === "") continue;
		const [, name = "", value = ""] =
			/^(?:([A-Za-z]+)_)?(.*)$/s.exec(parameter) ?? [];
		values.set(name, value);
	}
	return { action, values };
}

/** @param text `image/resize,w_100|sys/saveas,o_<base64>,b_<base64>`. @throws OssError InvalidArgument */
export function readSaveAs(text: string): {
	readonly process: string;
	readonly target: SaveAs;
} {
	const [, process = "", save = ""] =
		/^([^|]+)\|sys\/saveas,([^|]+)$/s.exec(text) ?? [];
	const { values } = readStep(`saveas,${save}`);
	const key = decodeText("o", values.get("o") ?? "");
	if (process === "" || key === "")
		throw invalidArgument("x-oss-process", text);
	return {
		process,
		target: { key, bucket: decodeText("b", values.get("b") ?? "") },
	};
}

/** Base64 of either alphabet, padded or not: SDKs send all of them. @throws OssError InvalidArgument */
export function decodeText(name: string, text: string): string {
	if (!/^[\w+/-]*={0,2}$/.test(text)) throw invalidArgument(name, text);
	return Buffer.from(text, "base64").toString();
}
