/**
 * The servers that `npm run bench -- --peers` compares: their source, how they are started, and how requests are
 * signed.
 */
import { join } from "node:path";
import { type Signed, signedAzure } from "./azure.ts";
import { signedHeaders, signedS3Headers } from "./sign.ts";

/** A package of npm, or a command of Go, in the version that is measured. */
export type Source = {
	readonly by: "npm" | "go";
	readonly name: string;
	readonly version: string;
	/** The file to start, in the folder of the installation. */
	readonly file: string;
};

export type Peer = {
	readonly name: string;
	readonly signature: string;
	/** undefined for the two servers of this repository. */
	readonly source?: Source;
	/** Whether a wrong signature is refused. */
	readonly isChecked: boolean;
	/** @param file the file to start. @param folder an empty folder for the data. @returns a command and its arguments */
	command(file: string, port: number, folder: string): readonly string[];
	/** @param path `/bench`, or `/bench/key`. @param size of the body in bytes */
	sign(method: string, path: string, size: number): Signed;
};

const node = process.execPath;
const S3_KEY = { id: "oss-emulator", secret: "oss-emulator-secret" };

const signS3 =
	(key = S3_KEY): Peer["sign"] =>
	(method, path) => ({
		path,
		headers: signedS3Headers(method, path, "UNSIGNED-PAYLOAD", key),
	});

/** @param emulator the file that starts the emulator. @param bare the file that starts the bare server */
export const peersOf = (emulator: string, bare: string): readonly Peer[] => [
	{
		name: "oss-emulator",
		signature: "OSS V4",
		isChecked: true,
		command: (_file, port, folder) => [
			...[node, emulator, "--port", `${port}`, "--admin-port", "0"],
			...["--data", folder],
		],
		sign: (method, path) => ({ path, headers: signedHeaders(method, path) }),
	},
	{
		name: "bare server",
		signature: "unsigned",
		isChecked: false,
		command: (_file, port) => [node, bare, `${port}`],
		sign: (method, path, size) => {
			const isBig = path.endsWith("/big");
			const small = method === "GET" || size > 0 ? path : "/small";
			return { path: isBig ? `/big?size=${BIG_BYTES}` : small, headers: {} };
		},
	},
	{
		name: "s3rver",
		signature: "S3 V4, not checked",
		source: {
			...{ by: "npm", name: "s3rver", version: "3.7.1" },
			file: "node_modules/s3rver/bin/s3rver.js",
		},
		isChecked: false, // it reads only the access key of a V4 signature
		command: (file, port, folder) => [
			...[node, file, "-d", folder, "-p", `${port}`, "-a", "127.0.0.1", "-s"],
		],
		sign: signS3({ id: "S3RVER", secret: "S3RVER" }),
	},
	{
		name: "Azurite",
		signature: "Shared Key",
		source: {
			...{ by: "npm", name: "azurite", version: "3.37.0" },
			file: "node_modules/azurite/dist/src/blob/main.js",
		},
		isChecked: true,
		command: (file, port, folder) => [
			...[node, file, "--blobPort", `${port}`, "--location", folder],
			...["--silent", "--skipApiVersionCheck", "--disableTelemetry"],
		],
		sign: signedAzure,
	},
	{
		name: "gofakes3",
		signature: "files, not checked",
		source: {
			...{ by: "go", name: "github.com/johannesboyne/gofakes3/cmd/gofakes3" },
			...{ version: "v1.2.0", file: "bin/gofakes3" },
		},
		isChecked: false,
		command: (file, port, folder) => [
			...[file, "-host", `127.0.0.1:${port}`, "-backend", "fs"],
			...["-fs.path", join(folder, "gofakes3"), "-fs.create", "-quiet"],
		],
		sign: signS3(),
	},
	{
		name: "versitygw",
		signature: "posix, S3 V4",
		source: {
			...{ by: "go", name: "github.com/versity/versitygw/cmd/versitygw" },
			...{ version: "v1.8.0", file: "bin/versitygw" },
		},
		isChecked: true,
		// Without this flag it closes every connection after one response.
		command: (file, port, folder) => [
			...[file, "--access", S3_KEY.id, "--secret", S3_KEY.secret],
			...["--port", `127.0.0.1:${port}`, "--region", "cn-hangzhou"],
			...["--quiet", "--keep-alive", "posix", folder],
		],
		sign: signS3(),
	},
];

export const BIG_BYTES = 256 * 1024 * 1024;
