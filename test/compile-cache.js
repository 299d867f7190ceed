/** Keeps the compiled form of the source between test processes, which would otherwise each strip its types again. */
import { enableCompileCache } from "node:module";

enableCompileCache();
