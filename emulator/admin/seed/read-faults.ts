/**
 * Reads the faults of a seed, with the checks of POST /api/faults, without faults that already exist.
 */
import { isDeepStrictEqual } from "node:util";
import type { Emulator } from "../../emulator.ts";
import { FAULTS_MAX, type FaultRule } from "../../faults/faults.ts";
import type { JsonPlace } from "../../oss/json-place.ts";
import { AdminError } from "../admin-error.ts";
import { requireAction } from "../fault-routes.ts";
import { faultRule } from "../fault-schemas.ts";
import { makeCheck } from "../validate.ts";

export type ReadFaults = readonly FaultRule[];

/** @throws JsonError */
export async function readFaults(
	{ faults, accounts }: Emulator,
	places: readonly JsonPlace[],
): Promise<ReadFaults> {
	if (places.length === 0) return [];
	const check = await makeCheck(faultRule);
	const rules = places.map((place) => {
		const mistake = check(place.value);
		if (mistake !== "") throw place.wrong(mistake);
		// It matches the schema.
		const rule = place.value as FaultRule;
		try {
			requireAction(rule.do, rule.operation, "do");
		} catch (error) {
			if (!(error instanceof AdminError)) throw error;
			throw place.wrong(error.message);
		}
		if (rule.account !== undefined && !accounts.has(rule.account))
			throw place.wrong(`there is no account ${rule.account}`);
		return rule;
	});
	const there = faults
		.list()
		.map(({ id: _, seen: __, struck: ___, ...rule }) => rule);
	const missing = rules.filter(
		(rule) => !there.some((existing) => isDeepStrictEqual(existing, rule)),
	);
	const [first] = places;
	if (there.length + missing.length > FAULTS_MAX && first)
		throw first.wrong(`there can be ${FAULTS_MAX} faults at most`);
	return missing;
}
