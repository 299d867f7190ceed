/**
 * Stores the compiled form of the source for the test processes and the processes that they start, which would
 * otherwise each strip its types again.
 */
import { enableCompileCache } from "node:module";

const { directory } = enableCompileCache();
if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory;
