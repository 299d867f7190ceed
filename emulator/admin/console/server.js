/**
 * The console's client of the admin API.
 */

/** @throws Error with a one-line message for the user */
export async function fetchJson(path, query = {}, init = {}) {
	const answer = await send(path, query, init);
	return answer.status === 204 ? undefined : answer.json();
}

export async function send(path, query = {}, init = {}) {
	const given = Object.entries(query).filter(([, value]) => value);
	const answer = await reach(`${path}?${new URLSearchParams(given)}`, init);
	if (answer.ok) return answer;
	const { message } = await answer.json();
	throw new Error(message);
}

async function reach(url, init) {
	try {
		return await fetch(url, init);
	} catch {
		throw new Error("The emulator does not answer.");
	}
}

/** Whether the buckets are in the cloud, where only an SDK changes them. */
export async function isGateway() {
	settingsAtStart ??= fetchJson("/api/settings");
	const { settings } = await settingsAtStart.catch((error) => {
		settingsAtStart = undefined;
		throw error;
	});
	return Boolean(settings.upstream);
}

/** Cached, because whether it is a gateway cannot change while the emulator runs. */
let settingsAtStart;

const sendJson =
	(method) =>
	(path, body = null) =>
		fetchJson(
			path,
			{},
			{
				method,
				headers: { "Content-Type": "application/json" },
				body: JSON.stringify(body),
			},
		);

export const post = sendJson("POST");
export const put = sendJson("PUT");

export const remove = (path, query = {}) =>
	fetchJson(path, query, { method: "DELETE" });

export const bucketPath = (bucket) =>
	`/api/buckets/${encodeURIComponent(bucket)}`;

/** @param {Record<string, string | undefined>} query key, versionId, download */
export const contentUrl = (bucket, query) =>
	`${bucketPath(bucket)}/content?${new URLSearchParams(
		Object.entries(query).filter(([, value]) => value),
	)}`;
