/**
 * The clients of S3's protocol, one row each, like OSS's SDKs in `test/sdk/languages/table.ts`: how it is installed,
 * how its program is run, and the steps of the program. If OSS refuses a client's default settings, the client is first
 * refused, and then works with the setting in `emulator/s3/README.md`.
 */
import type { Sdk } from "../languages/table.ts";

export type S3Client = Sdk & {
	/** The client's error for a bucket in the path at Alibaba's host names; for HEAD there is no code. */
	readonly refusal: RegExp;
	/**
	 * When the bucket must be created before: for clients that do not create buckets always; for clients that put the
	 * name of a new bucket into the path in any case, which OSS refuses, if the bucket is in the host.
	 */
	readonly needsBucket?: "virtual" | "always";
};

const FORBIDDEN = /SecondLevelDomainForbidden|virtual hosted style/;

/** Folders are relative to those of the OSS SDKs. */
const here = (folder: string): { readonly folder: string } => ({
	folder: `../s3/${folder}`,
});

const PYTHON = {
	manifest: "requirements.txt",
	toolchain: "python3 -m venv --help",
	install:
		'python3 -m venv "$CACHE" && "$CACHE/bin/pip" install --quiet --requirement requirements.txt',
	build: "true",
	refusal: FORBIDDEN,
};

const python = (program: string): string =>
	`PYTHONDONTWRITEBYTECODE=1 "$CACHE/bin/python" ${program}`;

const GO = {
	manifest: "go.sum",
	toolchain: "go version",
	install: "go mod download",
	build: 'go build -o "$CACHE/program" .',
	start: '"$CACHE/program"',
	refusal: FORBIDDEN,
};

const JAVA = {
	manifest: "pom.xml",
	toolchain: "javac -version && mvn --version",
	install:
		'mvn -q -B -f pom.xml dependency:copy-dependencies -DoutputDirectory="$CACHE/lib"',
	build: 'javac -encoding UTF-8 -cp "$CACHE/lib/*" -d "$CACHE" Main.java',
	start: [
		'rm -f "$CA_FILE.jks"',
		'keytool -importcert -noprompt -file "$CA_FILE" -keystore "$CA_FILE.jks" -storepass changeit 2>/dev/null',
		'java -Djavax.net.ssl.trustStore="$CA_FILE.jks" -Djavax.net.ssl.trustStorePassword=changeit -cp "$CACHE:$CACHE/lib/*" Main',
	].join(" && "),
	refusal: FORBIDDEN,
};

const SDK_STEPS = [
	"create bucket",
	"refused: trailers",
	"refused: DeleteObjects",
	"put",
	"get",
	"copy",
	"list",
	"multipart",
	"presigned",
	"no such key",
	"delete",
];

const BOTO3_STEPS = [
	"create bucket",
	"refused: trailers",
	"refused: DeleteObjects",
	"refused: condition",
	"put",
	"get",
	"copy",
	"list",
	"multipart",
	"presigned",
	"configure",
	"no such key",
	"delete",
];

export const S3_CLIENTS: readonly S3Client[] = [
	{
		...{ ...PYTHON, ...here("boto3"), name: "boto3" },
		start: python("main.py"),
		steps: BOTO3_STEPS,
	},
	{
		...{ ...PYTHON, ...here("boto3-1.35"), name: "boto3 before 2025" },
		start: python("../boto3/main.py"),
		steps: BOTO3_STEPS.filter(
			(step) =>
				step !== "refused: trailers" && step !== "refused: DeleteObjects",
		),
	},
	{
		...{ ...PYTHON, ...here("s3fs"), name: "s3fs" },
		start: python("main.py"),
		steps: [
			...["create bucket", "refused: trailers", "write", "read", "find"],
			...["refused: DeleteObjects", "copy", "delete"],
		],
	},
	{
		...{ ...PYTHON, ...here("s3cmd"), name: "s3cmd" },
		start: "bash main.sh",
		steps: [
			...["create bucket", "refused: ETag", "put", "get", "multipart", "copy"],
			...["list", "ACL", "presigned", "delete"],
		],
	},
	{
		...{ ...PYTHON, ...here("awscli"), name: "AWS CLI" },
		toolchain: "python3 -m venv --help && curl --version",
		start: "bash main.sh",
		steps: [
			...["create bucket", "refused: trailers", "sync", "get", "list", "move"],
			...["presigned", "delete"],
		],
	},
	{
		...here("aws-sdk-js"),
		name: "@aws-sdk/client-s3",
		manifest: "package.json",
		toolchain: "npm --version",
		install:
			'cp package.json "$CACHE/" && npm install --silent --no-audit --no-fund --prefix "$CACHE"',
		build: "true",
		start: `NODE_EXTRA_CA_CERTS="$CA_FILE" "${process.execPath}" main.mjs`,
		steps: SDK_STEPS,
		refusal: FORBIDDEN,
	},
	{
		...{ ...JAVA, ...here("java-v2"), name: "AWS SDK for Java 2" },
		steps: SDK_STEPS.toSpliced(3, 0, "put over http"),
	},
	{
		...{ ...JAVA, ...here("hadoop-s3a"), name: "Hadoop S3A" },
		steps: ["write", "read", "refused: listing", "list", "rename", "delete"],
		refusal: /Forbidden|AccessDenied/,
		needsBucket: "always",
	},
	{
		...{ ...GO, ...here("go-v2"), name: "aws-sdk-go-v2" },
		steps: SDK_STEPS,
	},
	{
		...{ ...GO, ...here("minio-go"), name: "minio-go" },
		refusal: /Access Denied/,
		needsBucket: "virtual",
		steps: [
			...["create bucket", "put", "get", "copy", "multipart", "list"],
			...["presigned", "form", "no such key", "delete"],
		],
	},
	{
		...{ ...GO, ...here("rclone"), name: "rclone" },
		start: "bash main.sh",
		steps: [
			...["create bucket", "refused: ETag of parts", "copy", "check", "cat"],
			...["list", "move", "delete"],
		],
	},
	{
		...{ ...GO, ...here("restic"), name: "restic" },
		refusal: /Access Denied/,
		needsBucket: "virtual",
		build: 'go build -o "$CACHE/program" github.com/restic/restic/cmd/restic',
		start: "bash main.sh",
		steps: ["create bucket", "backup", "check", "restore", "prune"],
	},
];
