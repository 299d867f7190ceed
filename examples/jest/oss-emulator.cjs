/**
 * An emulator for Jest: copy this file, name it in Jest's configuration as `globalSetup` and as `globalTeardown`, and
 * write `const account = require("./oss-emulator.cjs").useAccount()` in a test file.
 *
 * `account()` returns the account of the current test, which has its own keys and bucket. The account and everything
 * that belongs to it are deleted when the test ends.
 *
 * One emulator is used for the whole run. If OSS_EMULATOR_ADMIN is set, it is the running emulator with this admin URL
 * (OSS_EMULATOR_ENDPOINT is its endpoint if a container's port is mapped). Otherwise an emulator is started in Jest's
 * process, in memory and on free ports. Jest's sandbox cannot import ES modules, so tests use the admin API.
 */

/** The property that holds the emulator from the global setup to the global teardown. */
const STARTED = Symbol.for("oss-emulator");

module.exports = async function setUpOrTearDown() {
	if (globalThis[STARTED]) return globalThis[STARTED].close();
	if (process.env.OSS_EMULATOR_ADMIN) return;
	const { startEmulator } = await import("oss-emulator");
	globalThis[STARTED] = await startEmulator();
	process.env.OSS_EMULATOR_ADMIN = globalThis[STARTED].adminUrl; // inherited by the workers
};

module.exports.useAccount = function useAccount() {
	let account;
	beforeEach(async () => {
		account = await createAccount();
	});
	afterEach(async () => {
		await call("DELETE", "/api/clock");
		await call("DELETE", `/api/accounts/${account.uid}`);
	});
	return () => account;
};

async function createAccount() {
	const settings = await call("GET", "/api/settings");
	const made = await call("POST", "/api/accounts", {});
	const { uid, accessKeyId, accessKeySecret } = made;
	const bucket = `test-${uid}`;
	await call("PUT", `/api/buckets/${bucket}`, { owner: uid });
	const list = async (filter) => {
		const query = new URLSearchParams({ account: uid, ...filter });
		return (await call("GET", `/api/callbacks?${query}`)).callbacks;
	};
	return {
		endpoint: process.env.OSS_EMULATOR_ENDPOINT ?? settings.endpoint,
		region: `oss-${settings.region}`,
		...{ bucket, uid, accessKeyId, accessKeySecret },
		/** The role for STS's `assumeRole`; STS has the same endpoint. */
		role: `acs:ram::${uid}:role/uploader`,
		async waitForCallback(key) {
			const [newest] = await list({ key, wait: "4s" });
			if (!newest) throw new Error(`no callback for ${key} in 4 s`);
			return newest;
		},
		callbacks: () => list({}),
		fault: (rule) => call("POST", "/api/faults", { account: uid, ...rule }),
		/** Advances the clock by which tokens, signed URLs and policies expire, for all accounts, until the test ends. */
		expire: (seconds) =>
			call("PUT", "/api/clock", { advance: seconds, scope: "expiry" }),
	};
}

async function call(method, path, body) {
	const response = await fetch(`${process.env.OSS_EMULATOR_ADMIN}${path}`, {
		method,
		...(body && {
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify(body),
		}),
	});
	const text = await response.text();
	if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
	return text && JSON.parse(text);
}
