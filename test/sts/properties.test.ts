import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readAcs3Claim } from "../../emulator/sts/acs3.ts";
import { StsError } from "../../emulator/sts/errors.ts";
import { readStsRequest } from "../../emulator/sts/request.ts";
import {
	readRpcClaim,
	rpcStringToSign,
	signRpc,
} from "../../emulator/sts/rpc.ts";
import { fc, forAll, orRefused, text, textOf } from "../properties.ts";

const arrival = (
	body: string,
	contentType: string,
	query: ReadonlyMap<string, string> = new Map(),
) => ({
	...{
		method: "POST",
		path: "/",
		host: "localhost",
		query,
		receivedAt: new Date(0),
	},
	headers: { "content-type": contentType },
	body: Buffer.from(body),
});

suite("For any parameters of STS", () => {
	const parameters = fc.dictionary(text(8), text(12), { maxKeys: 6 });

	test("a form, JSON and a query are read as the same parameters", () =>
		forAll([parameters], (given) => {
			const expected = new Map(Object.entries(given));
			const form = new URLSearchParams(given).toString();
			assert.deepEqual(
				readStsRequest(arrival(form, "application/x-www-form-urlencoded"))
					.parameters,
				expected,
			);
			assert.deepEqual(
				readStsRequest(
					arrival(JSON.stringify(given), "application/json; charset=utf-8"),
				).parameters,
				expected,
			);
			assert.deepEqual(
				readStsRequest(arrival("", "", expected)).parameters,
				expected,
			);
		}));

	test("a signature over all of them is accepted, in any order", () =>
		forAll([parameters, text(10)], (given, secret) => {
			const common = {
				AccessKeyId: "id",
				SignatureMethod: "HMAC-SHA1",
				SignatureVersion: "1.0",
				SignatureNonce: "n",
				Timestamp: "t",
			};
			const signed = new Map(
				Object.entries({ ...given, ...common, Signature: "" }).filter(
					([name]) => name !== "Signature",
				),
			);
			const signature = signRpc(secret, rpcStringToSign("POST", signed));
			const turned = new Map(
				[...signed, ["Signature", signature] as const].toReversed(),
			);
			const claim = readRpcClaim(readStsRequest(arrival("", "", turned)));
			assert.equal(claim.sign(secret), signature);
		}));

	test("any other request is refused with STS's error", () =>
		forAll(
			[
				textOf([
					"ACS3-HMAC-SHA256 ",
					"Credential=a",
					"Signature=",
					",",
					"SignedHeaders=host;x",
					"=",
					" ",
				]),
				text(),
				parameters,
			],
			async (authorization, body, query) => {
				for (const type of [
					"application/json",
					"application/x-www-form-urlencoded",
				]) {
					const request = readStsRequest({
						...arrival(body, type, new Map(Object.entries(query))),
						headers: { authorization, "content-type": type },
					});
					await orRefused(() => readAcs3Claim(request), StsError);
					await orRefused(() => readRpcClaim(request), StsError);
				}
			},
		));
});
