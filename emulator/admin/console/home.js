/**
 * Home: how to reach the emulator, and its current state.
 */

import { copyButton } from "./actions.js";
import { statusBadge } from "./callbacks.js";
import { inWords } from "./clock.js";
import { describeFault } from "./faults.js";
import { facts, h, link, name, table, time } from "./page.js";
import { requestBadge, requestLink } from "./requests.js";
import { fetchJson } from "./server.js";

const SHOWN = "5";

export async function home() {
	const [settings, { accounts }, { callbacks }, refusals, clock, { faults }] =
		await Promise.all([
			fetchJson("/api/settings"),
			fetchJson("/api/accounts"),
			fetchJson("/api/callbacks", { limit: SHOWN, summary: "true" }),
			latestRefusals(),
			fetchJson("/api/clock"),
			fetchJson("/api/faults"),
		]);
	return {
		title: "Home",
		tab: "home",
		follows: "any",
		nodes: [
			h("h1", {}, "OSS emulator"),
			howToConnect(settings, accounts[0]),
			h("h2", {}, "Latest callbacks"),
			callbackTable(callbacks),
			h("h2", {}, "Latest refusals"),
			refusalTable(refusals),
			h("h2", {}, "Clock"),
			describeClock(clock),
			h("h2", {}, "Faults in force"),
			faults.length === 0
				? h("p", {}, "No faults. ", link("faults", {}, "Add one"))
				: h(
						"ul",
						{},
						faults.map((fault) =>
							h("li", {}, link("faults", {}, describeFault(fault))),
						),
					),
		],
	};
}

async function latestRefusals() {
	const [client, server] = await Promise.all(
		["4xx", "5xx"].map((status) =>
			fetchJson("/api/requests", { status, limit: SHOWN }),
		),
	);
	return [...client.requests, ...server.requests]
		.toSorted((a, b) => (a.receivedAt < b.receivedAt ? 1 : -1))
		.slice(0, Number(SHOWN));
}

const withCopy = (label, value) =>
	h(
		"span",
		{ class: "copyable" },
		h("code", {}, name(value)),
		copyButton("Copy", value, `Copy ${label}`),
	);

const howToConnect = ({ endpoint, region, version }, account) =>
	facts([
		["Endpoint", withCopy("endpoint", endpoint)],
		["AccessKeyId", withCopy("AccessKeyId", account.accessKeyId)],
		[
			"AccessKeySecret",
			account.accessKeySecret === null
				? ""
				: withCopy("AccessKeySecret", account.accessKeySecret),
		],
		["Region", withCopy("region", region)],
		["Version", version],
	]);

const callbackTable = (callbacks) =>
	callbacks.length === 0
		? h("p", {}, "No callback yet.")
		: table(
				"Latest callbacks",
				["Status", "Key", "Why", "Sent"],
				callbacks.map((callback) => [
					statusBadge(callback.status),
					h(
						"span",
						{ class: "long" },
						link("callback", { id: callback.id }, name(callback.key)),
					),
					h("span", { class: "long" }, callback.why),
					time(callback.startedAt),
				]),
			);

const refusalTable = (requests) =>
	requests.length === 0
		? h("p", {}, "No request was refused.")
		: table(
				"Latest refusals",
				["Status", "Request", "Why", "Received"],
				requests.map((request) => [
					requestBadge(request.status),
					h("span", { class: "long" }, requestLink(request)),
					h(
						"span",
						{ class: "long" },
						[request.code, request.message].filter(Boolean).join(": "),
					),
					time(request.receivedAt),
				]),
			);

const describeClock = ({ now, frozen, aheadSeconds }) =>
	h(
		"p",
		{},
		time(now),
		frozen ? ", stopped" : "",
		aheadSeconds === 0
			? ", the real time"
			: `, ${inWords(aheadSeconds)} ahead of the real time`,
		". ",
		link("clock", {}, "Change"),
	);
