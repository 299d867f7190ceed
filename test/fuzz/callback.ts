/** The parameters of a callback, in headers, in a query and in a form: the result is the same. */

import { readFault } from "../../emulator/callback/faults/fault.ts";
import {
	readCallback,
	readFormCallback,
} from "../../emulator/callback/read.ts";
import { readAction } from "../../emulator/faults/action.ts";
import { agree, reading, type Target } from "./engine/target.ts";

const SWITCHES = { missingUrl: "skip" } as const;
const LOOKUPS = {
	findPolicy: async (name: string) =>
		name === "p"
			? {
					callback: Buffer.from('{"callbackUrl":"a.b/c"}').toString("base64"),
					callbackVar: "",
				}
			: undefined,
};

export default {
	about: "callback and callback-var: the same in every carrier",
	seeds: [
		'{"callbackUrl":"http://127.0.0.1:8080/a?b=c#d;https://a.b","callbackHost":"h","callbackBody":"k=${object}&v=${x:a}","callbackBodyType":"application/x-www-form-urlencoded","callbackSNI":true}\n{"x:a":"b"}',
		'{"callbackUrl":"a.b","callbackBody":"{\\"a\\":${x:a}}","callbackBodyType":"application/json","signatureVersion":"1.0","additionalHeaders":{"x-a":"b"}}\n{"x:a":"b","x:B":""}',
		'{"callbackPolicy":"p","callbackBody":"a"}\n{}',
		"[]\n[]",
		"status-503; delay=10\nstatus=503;code=SlowDown;message=a",
	],
	run: async (input) => {
		const [first = "", rest = ""] = input.toString().split(/\n(.*)/s);
		await reading(input, () => readFault(first));
		readAction(rest);
		const callback = Buffer.from(first).toString("base64");
		const variables = Buffer.from(rest).toString("base64");
		const read = (headers: Record<string, string>, query: [string, string][]) =>
			reading(input, () =>
				readCallback({ headers, query: new Map(query) }, SWITCHES, LOOKUPS),
			);
		const inHeaders = await read(
			{ "x-oss-callback": callback, "x-oss-callback-var": variables },
			[],
		);
		const inQuery = await read({}, [
			["callback", callback],
			["callback-var", variables],
		]);
		agree("the query", inQuery, inHeaders);
		const fields = new Map([
			["callback", callback],
			...(inHeaders?.variables ?? []),
		]);
		const inForm = await reading(input, () =>
			readFormCallback(fields, SWITCHES, LOOKUPS),
		);
		if (inHeaders) agree("the form", inForm?.template, inHeaders.template);
	},
} satisfies Target;
