/** The tests of the group operations, in one process: groups.ts. */
import { runGroup } from "../groups.ts";

await runGroup(import.meta.url);
