/** Makes a data folder with very many objects. They are written as rows, because uploads would take minutes. */

import { join } from "node:path";
import Database from "better-sqlite3";
import { startProbed } from "./probed-emulator.ts";

/** Writes the objects of the bucket `big`, and `FEW` objects in `export`. Every second key has a unique prefix. */
export async function fill(folder: string, objects: number): Promise<void> {
	const emulator = await startProbed("--data", folder, "--no-files");
	for (const bucket of ["big", "export"]) {
		await emulator.oss.put(`/${bucket}`);
		await emulator.oss.put(`/${bucket}/first`, "x", { "x-oss-tagging": "a=b" });
	}
	await emulator.stop();
	const db = new Database(join(folder, "oss.db"));
	const columns = db
		.prepare<[], string>("SELECT name FROM pragma_table_info('version')")
		.pluck()
		.all()
		.filter((name) => name !== "id" && name !== "key")
		.map((name) => `version."${name}"`)
		.join(", ");
	const names = columns.replaceAll("version.", "");
	for (const [bucket, count] of [
		["big", objects],
		["export", Math.min(objects, 100_000)],
	])
		db.prepare(
			`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO version (key, ${names})
       SELECT CASE i % 2 WHEN 0 THEN 'p' || i || '/k' ELSE 'k' || i END, ${columns} FROM n, version
       JOIN bucket ON bucket.id = version.bucket WHERE bucket.name = ? AND version.key = 'first'`,
		).run(count, bucket);
	db.close();
}
