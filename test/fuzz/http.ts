/** Bytes on a socket of the OSS port: each connection ends, and no answer is an internal error. */
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { startEmulator } from "../../emulator/index.ts";
import { Disagreement, requireNoLeak, type Target } from "./engine/target.ts";

let port: number;
let sent = 0;

/** Injected faults may last a minute, so they are not requested. */
const WAITS = /delay|trickle|traffic-limit/i;
/** The emulator stores all uploads: it is reset after this many runs. */
const RUNS_BETWEEN_RESETS = 500;

const request = (line: string, headers = "", body = ""): string =>
	`${line} HTTP/1.1\r\nHost: localhost\r\n${headers}${body === "" ? "" : `Content-Length: ${body.length}\r\n`}\r\n${body}`;

export default {
	about: "bytes on a socket of the OSS port, without signatures",
	seeds: [
		request("PUT /photos"),
		request(
			"PUT /photos/a",
			"Content-Type: image/png\r\nx-oss-meta-a: b\r\nx-oss-tagging: a=b\r\n",
			"hello",
		),
		request("PUT /photos") +
			request("PUT /photos/a", "", "hello") +
			request("GET /photos/a", "Range: bytes=1-2\r\n"),
		request("PUT /photos") +
			request(
				"GET /photos?list-type=2&prefix=a&delimiter=/&encoding-type=url&max-keys=1&continuation-token=YQ",
			),
		request("PUT /photos") +
			request(
				"PUT /photos?lifecycle",
				"",
				"<LifecycleConfiguration><Rule><Prefix>a</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>",
			),
		request("PUT /photos") +
			request(
				"POST /photos?delete",
				"",
				"<Delete><Object><Key>a</Key></Object></Delete>",
			),
		request("PUT /photos") +
			request("POST /photos/a?uploads") +
			request("PUT /photos/a?partNumber=1&uploadId=X", "", "a"),
		request("PUT /photos") +
			request("POST /photos/a?append&position=0", "", "a") +
			request("HEAD /photos/a") +
			request("DELETE /photos/a"),
		request("PUT /photos") +
			request("PUT /photos/b", "x-oss-copy-source: /photos/a\r\n"),
		request(
			"POST /photos",
			"Content-Type: multipart/form-data; boundary=b\r\n",
			'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\na\r\n--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n',
		),
		`${request(
			"PUT /photos/a",
			"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n",
		)}5\r\nhello\r\n0\r\n\r\n`,
		request(
			"OPTIONS /photos/a",
			"Origin: http://a\r\nAccess-Control-Request-Method: PUT\r\n",
		),
		request(
			"GET /",
			"Authorization: AWS4-HMAC-SHA256 Credential=id/20221228/cn-hangzhou/s3/aws4_request,SignedHeaders=host,Signature=00\r\n",
		),
		request(
			"PUT /photos/a",
			"x-oss-callback: eyJjYWxsYmFja1VybCI6ImEiLCJjYWxsYmFja0JvZHkiOiJhIn0=\r\n",
			"a",
		),
		request("POST /?Action=GetCallerIdentity&Version=2015-04-01&Format=JSON"),
	],
	words: [
		"?acl",
		"?versions",
		"?versioning",
		"?tagging",
		"?cors",
		"?website",
		"?policy",
		"?uploadId=",
		"&versionId=",
		"%2F",
		"%00",
		"%F0%90%80%80",
		"Content-MD5: ",
		"If-Match: ",
		"x-oss-object-acl: private\r\n",
		"x-oss-process=image/info",
		"\r\n\r\n",
	],
	start: async () => {
		const emulator = await startEmulator({
			memory: true,
			flags: ["--auth", "off", "--log-level", "error"],
		});
		port = Number(new URL(emulator.endpoint).port);
		reset = () => emulator.reset();
		return () => emulator.close();
	},
	run: async (input) => {
		if (WAITS.test(input.toString("latin1"))) return;
		sent += 1;
		if (sent % RUNS_BETWEEN_RESETS === 0) await reset();
		const socket = connect(port, "127.0.0.1");
		await once(socket, "connect");
		socket.on("error", () => {}); // the connection may be closed
		socket.end(input);
		const answer = await text(socket).catch(() => "");
		if (
			/^HTTP\/1\.1 5\d\d (?!Not Implemented|Service Unavailable)/m.test(answer)
		)
			throw new Disagreement(`answers ${answer.slice(0, 1000)}`);
		requireNoLeak(answer, input);
	},
} satisfies Target;

let reset: () => Promise<void>;
