/**
 * The SDKs, one row each: how it is installed, how its program is run, and the steps of the program.
 *
 * Two are missing: that of PHP is available through Composer only, and rclone uses S3's protocol with OSS.
 */

export type Sdk = {
	/** The name of the package. */
	readonly name: string;
	/** The folder of the program, next to this file; commands run there, with a folder `CACHE` for their output. */
	readonly folder: string;
	/** The file in this folder that contains the version. */
	readonly manifest: string;
	/** The command that fails if the toolchain is missing. */
	readonly toolchain: string;
	/** The command that installs the SDK from the registry. */
	readonly install: string;
	/** A command before each run, without a network. */
	readonly build: string;
	readonly start: string;
	/** The output of the program, line by line, if it succeeds. */
	readonly steps: readonly string[];
};

const STEPS = [
	"create bucket",
	"put",
	"get",
	"range",
	"copy",
	"list",
	"append",
	"tagging",
	"ACL",
	"put with callback",
	"multipart with callback",
	"callback that fails",
	"presigned V1",
	"presigned V4",
	"NoSuchKey",
	"wrong secret",
	"delete",
];

/** The step with a 503 for the second upload, and a download that is aborted in the middle. */
export const RECOVERY = "recovers from faults";

const STEPS_WITH_RECOVERY = [...STEPS.slice(0, -1), RECOVERY, "delete"];

const PYTHON = {
	manifest: "requirements.txt",
	toolchain: "python3 -m venv --help",
	install:
		'python3 -m venv "$CACHE" && "$CACHE/bin/pip" install --quiet --requirement requirements.txt',
	build: "true",
	start: 'PYTHONDONTWRITEBYTECODE=1 "$CACHE/bin/python" main.py',
};

const GO = {
	manifest: "go.sum",
	toolchain: "go version",
	install: "go mod download",
	build: 'go build -o "$CACHE/program" .',
	start: '"$CACHE/program"',
};

const JAVA = {
	manifest: "pom.xml",
	toolchain: "javac -version && mvn --version",
	install:
		'mvn -q -B -f pom.xml dependency:copy-dependencies -DoutputDirectory="$CACHE/lib"',
	build: 'javac -encoding UTF-8 -cp "$CACHE/lib/*" -d "$CACHE" Main.java',
	start: 'java -cp "$CACHE:$CACHE/lib/*" Main',
};

/** OpenDAL cannot create buckets, does not support callbacks, tags and ACLs, and signs URLs only with V1. */
const OPENDAL_STEPS = [
	"put",
	"get",
	"range",
	"copy",
	"list",
	"append",
	"multipart",
	"presigned V1",
	"NoSuchKey",
	"wrong secret",
	"delete",
];

/** ossutil cannot request callbacks. */
const OSSUTIL_STEPS = [
	"create bucket",
	"put",
	"get",
	"range",
	"copy",
	"list",
	"append",
	"multipart",
	"tagging",
	"ACL",
	"presigned V1",
	"presigned V4",
	"NoSuchKey",
	"wrong secret",
	"delete",
];

export const SDKS: readonly Sdk[] = [
	{
		name: "ali-oss",
		folder: "ali-oss",
		manifest: "../../../../package-lock.json",
		toolchain: "true",
		install: "true", // installed by `npm ci`
		build: "true",
		start: `"${process.execPath}" main.mjs`,
		steps: STEPS_WITH_RECOVERY,
	},
	{
		...PYTHON,
		name: "oss2",
		folder: "python-v1",
		steps: STEPS_WITH_RECOVERY,
	},
	{
		...PYTHON,
		name: "alibabacloud-oss-v2 in Python",
		folder: "python-v2",
		steps: STEPS,
	},
	{ ...PYTHON, name: "opendal", folder: "opendal", steps: OPENDAL_STEPS },
	{ ...GO, name: "aliyun-oss-go-sdk", folder: "go-v1", steps: STEPS },
	{
		...GO,
		name: "alibabacloud-oss-go-sdk-v2",
		folder: "go-v2",
		steps: STEPS_WITH_RECOVERY,
	},
	{
		...GO,
		name: "ossutil",
		folder: "ossutil",
		toolchain: "go version && curl --version",
		build: 'go build -o "$CACHE/ossutil" github.com/aliyun/ossutil',
		start: "bash main.sh",
		steps: OSSUTIL_STEPS,
	},
	{
		...JAVA,
		name: "aliyun-sdk-oss",
		folder: "java-v1",
		steps: STEPS_WITH_RECOVERY,
	},
	{
		...JAVA,
		name: "alibabacloud-oss-v2 in Java",
		folder: "java-v2",
		steps: STEPS,
	},
];
