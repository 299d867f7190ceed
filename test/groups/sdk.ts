/** The tests of the group sdk, in one process: groups.ts. */
import { runGroup } from "../groups.ts";

await runGroup(import.meta.url);
