/** The parts of an emulator that operations use; it is the first argument of every operation. */
import type { Accounts } from "./auth/accounts.ts";
import type { Ram } from "./auth/ram.ts";
import type { Callbacks } from "./callback/callbacks.ts";
import type { Faults } from "./faults/faults.ts";
import type { MovableClock } from "./oss/clock.ts";
import type { FetchTasks } from "./oss/fetch-tasks.ts";
import type { Log } from "./oss/log.ts";
import type { S3Settings } from "./s3/settings.ts";
import type { Store } from "./storage/store.ts";
import type { Sts } from "./sts/sts.ts";
import type { Upstream } from "./upstream/upstream.ts";

export type Emulator = {
	readonly store: Store;
	readonly callbacks: Callbacks;
	/** The injected faults. */
	readonly faults: Faults;
	readonly accounts: Accounts;
	readonly ram: Ram;
	readonly sts: Sts;
	readonly fetches: FetchTasks;
	readonly clock: MovableClock;
	readonly log: Log;
	/** The region without prefix, `cn-hangzhou`. */
	readonly region: string;
	/** `BUCKET.<domain>` addresses a bucket for each of these, in addition to `localhost` and `*.aliyuncs.com`. */
	readonly domains: readonly string[];
	/** Whether signatures are checked; false with `--auth off`. */
	readonly checkSignatures: boolean;
	/** The rules of buckets without CORS rules: pages may do nothing, or everything with `--cors dev`. */
	readonly cors: "off" | "dev";
	/** Whether a bucket may be addressed by the endpoint of another region, `BUCKET.oss-cn-beijing.aliyuncs.com`. */
	readonly otherRegions: "answer" | "refuse";
	/** Whether new buckets block public access. */
	readonly blockPublicAccess: boolean;
	readonly s3: S3Settings;
	/** The real OSS that receives the requests; undefined if this emulator stores the objects. */
	readonly upstream: Upstream | undefined;
};
