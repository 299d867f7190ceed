/**
 * `oss-emulator fault`: injects faults into operations, and lists the rules.
 */
import { readDecimal } from "../oss/decimal.ts";
import { type Command, type Requested, wrongUsage } from "./command.ts";

type Fault = {
	readonly id: string;
	readonly operation: string;
	readonly bucket?: string;
	readonly key?: string;
	readonly do: object;
	readonly struck?: number;
};

type FaultList = { readonly faults: readonly Fault[] };

export const fault: Command = async (requested) => {
	const { client, words, flags } = requested;
	const [verb, word, ...more] = words;
	const { account } = flags;
	if (more.length > 0) throw wrongUsage("fault", "name one fault");
	if (verb === undefined) {
		const { faults } = await client.json<FaultList>("/api/faults", { account });
		for (const fault of faults) print(requested, fault);
	} else if (verb === "clear") {
		if (word !== undefined)
			throw wrongUsage("fault", "clear takes no arguments");
		await client.sendJson("DELETE", "/api/faults", { query: { account } });
	} else if (word === undefined)
		throw wrongUsage("fault", "name an operation and a fault");
	else if (verb === "rm")
		await client.sendJson("DELETE", `/api/faults/${encodeURIComponent(word)}`);
	else {
		const body = { operation: verb, do: readDo(word), ...readRule(requested) };
		print(
			requested,
			await client.sendJson<Fault>("POST", "/api/faults", { body }),
		);
	}
};

/** `status=503;code=SlowDown`, as in the header x-emulator-fault. */
function readDo(text: string): Record<string, string | number> {
	const pairs = text.split(";").map((pair) => pair.split("=", 2));
	return Object.fromEntries(
		pairs.map(([name = "", value]) => {
			if (name === "" || value === undefined)
				throw wrongUsage("fault", `${text} is not NAME=VALUE;NAME=VALUE`);
			return [name, readDecimal(value) ?? value];
		}),
	);
}

function readRule({ flags }: Requested): Record<string, string | number> {
	const rule: Record<string, string | number> = {};
	for (const name of ["bucket", "key", "account"] as const) {
		const value = flags[name];
		if (value !== undefined) rule[name] = value;
	}
	for (const name of ["times", "after"] as const) {
		const value = flags[name];
		if (value === undefined) continue;
		const count = readDecimal(value);
		if (count === undefined)
			throw wrongUsage("fault", `--${name} must be a number, not ${value}`);
		rule[name] = count;
	}
	return rule;
}

function print({ flags, write }: Requested, fault: Fault): void {
	if (flags.json) {
		write(`${JSON.stringify(fault)}\n`);
		return;
	}
	const where = fault.bucket ? ` on ${fault.bucket}/${fault.key ?? "*"}` : "";
	const struck =
		fault.struck === undefined ? "" : ` (${fault.struck} times so far)`;
	write(
		`${fault.id} ${fault.operation}${where}: ${JSON.stringify(fault.do)}${struck}\n`,
	);
}
