/**
 * Writes a new data folder to the disk in the background, once: without --durable nothing else does so before the
 * first checkpoint, and a power cut could leave blobs beside an empty database, which the next start refuses.
 */
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";

const FILES = ["oss.db", "oss.db-wal", "session"] as const;

/**
 * @param folders the data folder, and the parents in which folders were created
 * @returns a function that must be called when the database is closed
 */
export function syncNewFolder(
	data: string,
	folders: readonly string[],
): () => void {
	const { promise: closed, resolve: close } = Promise.withResolvers<void>();
	// Windows writes names by itself, and a file that is open could not be removed.
	if (process.platform !== "win32")
		setImmediate(() => void sync(data, folders, closed));
	return close;
}

/** The next checkpoint is another chance, and some file systems cannot sync a folder: errors are ignored. */
async function sync(
	data: string,
	folders: readonly string[],
	closed: Promise<void>,
): Promise<void> {
	const handles: FileHandle[] = [];
	const openAndSync = async (path: string): Promise<void> => {
		const handle = await open(path, "r");
		handles.push(handle);
		await handle.sync();
	};
	try {
		for (const name of FILES) await openAndSync(join(data, name));
		for (const folder of folders) await openAndSync(folder);
	} catch {
		// see above
	}
	// Closing any descriptor of a file releases all locks that SQLite has on it in this process.
	await closed;
	for (const handle of handles) await handle.close();
}
