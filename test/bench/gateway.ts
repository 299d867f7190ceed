/**
 * Compares a gateway with nginx as a plain proxy, both in front of the same cloud: an emulator in a separate process,
 * in memory, so that the disk does not matter.
 */
import { startNginx } from "../gateway/nginx.ts";
import { type Measured, median, run } from "./load.ts";
import { type Server, startServer } from "./processes.ts";
import { signedHeaders, signedRequest } from "./sign.ts";
import { download, upload } from "./transfer.ts";

type Report = (
	what: string,
	ours: string,
	bare: string,
	ratio: string,
	budget: string,
) => void;

const ROUNDS = 5;
const REQUESTS = 1000;
const BIG = 256 * 1024 * 1024;
const BODY = Buffer.alloc(1024, "x");
const ANY_PORTS = ["--port", "0", "--admin-port", "0", "--memory"];

/** @param emulator the file that starts an emulator */
export async function measureGateway(
	emulator: string,
	report: Report,
): Promise<void> {
	const cleanUp: (() => unknown)[] = [];
	try {
		const cloud = await startServer([emulator, ...ANY_PORTS]);
		cleanUp.push(() => cloud.stop());
		const nginx = await startNginx(
			{ after: (step) => cleanUp.push(step as () => unknown) },
			[cloud.port],
		);
		const gateway = await startServer([
			...[emulator, ...ANY_PORTS, "--upstream-bucket", "bench"],
			...["--upstream", `http://127.0.0.1:${cloud.port}`],
			...["--upstream-region", "cn-hangzhou"],
			...["--upstream-access-key", "oss-emulator:oss-emulator-secret"],
		]);
		cleanUp.push(() => gateway.stop());
		await send(cloud.port, [signedRequest("PUT", "/bench")]);
		await measureSmall(gateway, nginx, report);
		await measureBig(gateway, nginx, report);
	} finally {
		for (const step of cleanUp.reverse()) await step();
	}
}

type Port = Pick<Server, "port">;

async function send(
	port: number,
	requests: readonly Buffer[],
): Promise<Measured> {
	const measured = await run({ port, connections: 1, requests });
	const { statuses } = measured;
	if (Object.keys(statuses).some((status) => status !== "200"))
		throw new Error(`answers other than 200: ${JSON.stringify(statuses)}`);
	return measured;
}

/** The additional cost of a forwarded request at the gateway. */
async function measureSmall(
	gateway: Port,
	nginx: Port,
	report: Report,
): Promise<void> {
	for (const method of ["PUT", "GET"]) {
		const body = method === "PUT" ? BODY : undefined;
		const latency = async ({ port }: Port): Promise<number> => {
			const requests = Array.from({ length: REQUESTS }, (_, i) =>
				signedRequest(method, `/bench/small/${i}`, body),
			);
			return median(await send(port, requests));
		};
		const [ours, plain] = await alternate(
			() => latency(gateway),
			() => latency(nginx),
		);
		report(
			`gateway, ${method} 1 KiB, median`,
			`${ours.toFixed(2)} ms`,
			`${plain.toFixed(2)} ms`,
			`+${(ours - plain).toFixed(2)} ms`,
			"<= nginx + 2 ms",
		);
	}
}

async function measureBig(
	gateway: Port,
	nginx: Port,
	report: Report,
): Promise<void> {
	const path = "/bench/big";
	const transfers = {
		PUT: (port: number) =>
			upload({ port, path, headers: signedHeaders("PUT", path) }, BIG),
		GET: (port: number) =>
			download({ port, path, headers: signedHeaders("GET", path) }, BIG),
	};
	for (const [method, transfer] of Object.entries(transfers)) {
		const [ours, plain] = await alternate(
			() => transfer(gateway.port),
			() => transfer(nginx.port),
		);
		const speed = (seconds: number): string =>
			`${(BIG / 1024 ** 2 / seconds).toFixed(0)} MiB/s`;
		report(
			`gateway, ${method} 256 MiB`,
			speed(ours),
			speed(plain),
			(plain / ours).toFixed(2),
			">= 0.8 of nginx",
		);
	}
}

/** Rounds alternate, and the best of each is used, because other processes can only slow them down. */
async function alternate(
	one: () => Promise<number>,
	other: () => Promise<number>,
): Promise<readonly [number, number]> {
	const best: [number, number] = [Infinity, Infinity];
	for (let round = 0; round < ROUNDS; round++) {
		best[0] = Math.min(best[0], await one());
		best[1] = Math.min(best[1], await other());
	}
	return best;
}
