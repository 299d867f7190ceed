/**
 * Whether this Node.js can run the emulator. Plain JavaScript, because an older one must read it.
 */

/**
 * @param {string} version `22.19.0`
 * @returns {string} a one-line instruction; '' if the version is supported
 */
export function nodeMistake(version) {
	const [major = 0, minor = 0] = version.split(".").map(Number);
	return major > 22 || (major === 22 && minor >= 19)
		? ""
		: `Node.js 22.19 or newer is needed, this is ${version}: install a newer one (https://nodejs.org)`;
}
