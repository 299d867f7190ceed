/** The tests of the group server, in one process: groups.ts. */
import { runGroup } from "../groups.ts";

await runGroup(import.meta.url);
