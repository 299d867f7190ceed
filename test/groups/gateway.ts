/** The tests of the group gateway, in one process: groups.ts. */
import { runGroup } from "../groups.ts";

await runGroup(import.meta.url);
