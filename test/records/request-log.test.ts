import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { RequestLog } from "../../emulator/records/request-log.ts";

const request = (id: string, headers = {}) => ({
	...{ id, receivedAt: new Date(0), method: "GET", host: "a", headers },
	...{ clientIp: "127.0.0.1", rawPath: "/photos/cat", rawQuery: "" },
});

const makeLog = (countMax: number, sizeMax = 1000) => {
	const log = new RequestLog({ countMax, sizeMax });
	const idsOf = () => log.list(() => true, 100).map(({ id }) => id);
	return { log, idsOf };
};

suite("The request log", () => {
	test("drops the oldest requests beyond its maximum number, repeatedly", () => {
		const { log, idsOf } = makeLog(3);

		for (let i = 1; i <= 300; i++) {
			log.begin(request(String(i)));
			const expected = [i, i - 1, i - 2].filter((one) => one > 0).map(String);
			assert.deepEqual(idsOf(), expected);
			assert.equal(log.latestId, String(i));
			assert.equal(log.find(String(i - 3)), undefined);
			assert.equal(log.find(String(i))?.id, String(i));
		}
	});

	test("drops the oldest requests beyond its maximum size, even the only one", () => {
		const { log, idsOf } = makeLog(100, 50);

		log.begin(request("1", { a: "x".repeat(20) }));
		log.begin(request("2"));
		assert.deepEqual(idsOf(), ["2", "1"]);
		log.begin(request("3", { a: "x".repeat(20) }));
		assert.deepEqual(idsOf(), ["3", "2"]);
		log.begin(request("4", { a: "x".repeat(60) }));
		assert.deepEqual(idsOf(), []);
		log.begin(request("5"));
		assert.deepEqual(idsOf(), ["5"]);
	});

	test("finds a request by the id that the cloud assigned, in its original position", () => {
		const { log, idsOf } = makeLog(3);
		const first = log.begin(request("1"));
		log.begin(request("2"));

		first.end({ status: 200, headers: { "x-oss-request-id": "cloud" } });

		assert.deepEqual(idsOf(), ["2", "cloud"]);
		assert.equal(log.find("cloud")?.status, 200);
		assert.equal(log.find("1"), undefined);
	});

	test("removes one account's requests, or those after a given one", () => {
		const { log, idsOf } = makeLog(5);
		for (const id of ["0", "1", "2", "3", "4", "5", "6"]) {
			const account = Number(id) % 2 === 0 ? "even" : "odd";
			log.begin(request(id)).setOwner({ account, bucket: "", key: "" });
		}

		assert.equal(log.clear("odd"), 2);
		assert.deepEqual(idsOf(), ["6", "4", "2"]);
		log.clearAfter("4");
		assert.deepEqual(idsOf(), ["4", "2"]);
		log.clearAfter("unknown");
		assert.deepEqual(idsOf(), []);
	});
});
