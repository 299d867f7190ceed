/** Starts nginx as a plain proxy for some servers, in a separate process with a separate folder for its files. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { findFreePort } from "../free-port.ts";

export type Nginx = { readonly port: number; readonly url: string };

/** A configuration that distributes requests in turn, and forwards bodies without buffering them. */
const configuration = (
	folder: string,
	port: number,
	servers: readonly number[],
): string => `
daemon off;
pid ${folder}/pid;
error_log ${folder}/error.log;
worker_processes 1;
events { worker_connections 512; }
http {
  access_log off;
  client_max_body_size 0;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream servers {
    ${servers.map((server) => `server 127.0.0.1:${server};`).join("\n    ")}
    keepalive 64;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://servers;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_buffering off;
      proxy_request_buffering off;
    }
  }
}
`;

/** @param servers ports on this machine */
export async function startNginx(
	t: Pick<TestContext, "after">,
	servers: readonly number[],
): Promise<Nginx> {
	const folder = mkdtempSync(join(tmpdir(), "oss-emulator-nginx-"));
	for (const name of ["body", "proxy", "fastcgi", "uwsgi", "scgi"])
		mkdirSync(join(folder, name), { mode: 0o777 });
	const port = await findFreePort();
	const file = join(folder, "nginx.conf");
	writeFileSync(file, configuration(folder, port, servers));
	const child = spawn("nginx", ["-p", folder, "-c", file], {
		stdio: ["ignore", "ignore", "inherit"],
	});
	const ended = once(child, "close");
	t.after(async () => {
		child.kill("SIGQUIT");
		child.kill("SIGTERM");
		await ended;
		rmSync(folder, { recursive: true });
	});
	await Promise.race([
		listening(port),
		ended.then(([code]) => {
			throw new Error(`nginx ended with ${code}`);
		}),
	]);
	return { port, url: `http://127.0.0.1:${port}` };
}

/** Waits until it accepts connections. */
async function listening(port: number): Promise<void> {
	for (;;) {
		const socket = connect(port, "127.0.0.1");
		const [outcome] = await Promise.race([
			once(socket, "connect").then(() => ["open"]),
			new Promise<string[]>((resolve) => {
				socket.once("error", () => resolve(["refused"]));
			}),
		]);
		socket.destroy();
		if (outcome === "open") return;
	}
}
