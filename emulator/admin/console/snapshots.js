/**
 * Snapshots: saving and restoring the whole state.
 */

import { riskyButton } from "./actions.js";
import { changeForm, textField } from "./forms.js";
import { h, name, nothing, table, time } from "./page.js";
import { fetchJson, post, put, remove } from "./server.js";

const pathOf = (snapshot) => `/api/snapshots/${encodeURIComponent(snapshot)}`;

export async function snapshots() {
	const { snapshots: all } = await fetchJson("/api/snapshots");
	const rows = all.map((snapshot) => [
		name(snapshot.name),
		time(snapshot.createdAt),
		h(
			"span",
			{ class: "actions" },
			riskyButton(
				"Restore",
				`Restore the state of ${snapshot.name}?`,
				() => post(`${pathOf(snapshot.name)}/restore`, {}),
				`${snapshot.name} was restored.`,
				`Restore ${snapshot.name}`,
			),
			riskyButton(
				"Remove",
				`Remove ${snapshot.name}?`,
				() => remove(pathOf(snapshot.name)),
				`${snapshot.name} was removed.`,
				`Remove ${snapshot.name}`,
			),
		),
	]);
	return {
		title: "Snapshots",
		tab: "snapshots",
		nodes: [
			h("h1", {}, "Snapshots"),
			rows.length === 0
				? nothing("There are no snapshots yet.")
				: table("Snapshots", ["Name", "Taken", "Actions"], rows),
			h("h2", {}, "Take a snapshot"),
			changeForm(
				"Take a snapshot",
				[textField("Name", "name", { required: true })],
				"Take snapshot",
				async ({ name: wanted }) => {
					if (all.some((snapshot) => snapshot.name === wanted))
						throw new Error(`Name: there is already a snapshot ${wanted}.`);
					return put(pathOf(wanted), {});
				},
				(taken) => `${taken.name} was taken.`,
			),
			h("h2", {}, "Start again"),
			h(
				"p",
				{},
				"A reset deletes buckets, objects, callbacks and faults. Snapshots stay.",
			),
			riskyButton(
				"Reset everything",
				"Delete all buckets, objects, callbacks and faults?",
				() => post("/api/reset", {}),
				"The emulator is empty.",
			),
		],
	};
}
