/** The results of a run, as a table and as a file for the project. Pure. */
import type { Outcome } from "./run-probes.ts";

/** Values that must not leave the machine. */
export type Private = {
	readonly bucket: string;
	readonly accessKeyId: string;
	readonly accessKeySecret: string;
	/** The host of the application server; '' without one. */
	readonly applicationServer: string;
};

/** Replaces keys, names, account ids, request ids and addresses by placeholders. */
export function redact(text: string, given: Private): string {
	const names: readonly (readonly [string, string])[] = [
		[given.accessKeySecret, "SECRET"],
		[given.accessKeyId, "ACCESS-KEY-ID"],
		[given.bucket, "BUCKET"],
		[given.applicationServer, "APPLICATION-SERVER"],
	];
	return names
		.filter(([value]) => value !== "")
		.flatMap(([value, name]) => [
			[value, name] as const,
			[encodeURIComponent(value), name] as const,
		])
		.reduce((left, [value, name]) => left.replaceAll(value, name), text)
		.replaceAll(/\b[0-9A-F]{24}\b/g, "REQUEST-ID")
		.replaceAll(/(?<!\d)\d{14,20}(?!\d)/g, "ACCOUNT")
		.replaceAll(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g, "ADDRESS")
		.replaceAll(/\b(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}\b/gi, "ADDRESS");
}

/** One line of the table, followed by the assumed and the actual answer if they differ. */
export function writeRow({ probe, verdict, seen }: Outcome): string {
	const head = `${probe.id.padEnd(6)} ${verdict.padEnd(10)}`;
	if (verdict === "holds") return `${head} ${probe.assumes}`;
	if (verdict === "not probed")
		return `${head} ${probe.assumes}\n${indent("because", seen)}`;
	return `${head} ${probe.assumes}\n${indent("assumed", probe.expects)}\n${indent("seen", seen)}`;
}

const indent = (word: string, lines: readonly string[]): string =>
	lines
		.map((line, i) => `       ${(i === 0 ? word : "").padEnd(8)} ${line}`)
		.join("\n");

export function writeSummary(outcomes: readonly Outcome[]): string {
	const count = (verdict: Outcome["verdict"]): number =>
		outcomes.filter((one) => one.verdict === verdict).length;
	return `${count("holds")} hold, ${count("differs")} differ, ${count("not probed")} not probed`;
}

/** The file for the project: JSON, without secrets, bucket names and account ids. */
export function writeReport(
	outcomes: readonly Outcome[],
	about: Readonly<Record<string, string>>,
	given: Private,
): string {
	const results = outcomes.map(({ probe, verdict, seen, sent }) => ({
		id: probe.id,
		assumes: probe.assumes,
		sends: probe.sends,
		verdict,
		expected: probe.expects,
		seen,
		requests: sent,
	}));
	const text = JSON.stringify({ ...about, results }, undefined, "\t");
	return `${redact(text, given)}\n`;
}
