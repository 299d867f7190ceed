/**
 * Operations that a gateway does not pass on as they are.
 */
import type { Reply } from "../oss/reply.ts";
import { copyThrough } from "./copy.ts";
import { deleteThrough } from "./delete.ts";
import { postThrough } from "./form.ts";
import type { Gateway, Passing } from "./forward.ts";
import { processThrough } from "./process.ts";
import { completeThrough, putThrough } from "./upload.ts";

export type Special = {
	readonly run: (gateway: Gateway, passing: Passing) => Promise<Reply>;
	/** Whether it checks permissions itself, because its body names the resources. */
	readonly decidesAccess?: boolean;
};

const SPECIAL: ReadonlyMap<string, Special> = new Map([
	["PutObject", { run: putThrough }],
	["CompleteMultipartUpload", { run: completeThrough }],
	["PostObject", { run: postThrough, decidesAccess: true }],
	["DeleteMultipleObjects", { run: deleteThrough, decidesAccess: true }],
	["CopyObject", { run: copyThrough }],
	["UploadPartCopy", { run: copyThrough }],
	["ProcessObject", { run: processThrough }],
	["AsyncProcessObject", { run: processThrough }],
]);

export const specialOf = (operation: string): Special | undefined =>
	SPECIAL.get(operation);
