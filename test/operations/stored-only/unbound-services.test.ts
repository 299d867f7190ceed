import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { refusal, textsOf } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";

suite("A service that is not bound to a bucket responds like OSS:", () => {
	test("AsyncProcessObject, by go2's and java1's suites (A-933)", async (t) => {
		const { oss } = await startWithBucket(t);
		await oss.put("/photos/a", "x");
		const send = (key: string, process: string) =>
			oss.post(`/${key}?x-oss-async-process`, `x-oss-async-process=${process}`);
		for (const process of ["video/convert,f_avi|sys/saveas,o_YQ", "image/x"])
			assert.equal(
				refusal(await send("photos/a", process)),
				"404 Imm Client : ResourceNotFound, The specified resource Attachment is not found.",
			);
		assert.match(refusal(await send("photos/b", "x")), /^404 NoSuchKey /);
		assert.match(refusal(await send("missing/a", "x")), /^404 NoSuchBucket /);
		assert.match(refusal(await send("photos/a", "")), /^400 InvalidRequest /);
	});

	test("DoMetaQueryAction, by go2's suite", async (t) => {
		const { oss } = await startWithBucket(t);
		for (const action of ["createDataset", "listDatasets"])
			assert.equal(
				refusal(await oss.post(`/photos?metaQuery&action=${action}`)),
				"400 OperationNotSupported 0037-00000001: The operation is not supported for this resource",
			);
		assert.match(
			refusal(await oss.post("/missing?metaQuery&action=listDatasets")),
			/^404 NoSuchBucket 0015-00000101/,
		);
	});

	test("data pipelines, by go2's suite (A-934)", async (t) => {
		const { oss } = await startWithBucket(t);
		const send = (action: string) =>
			oss.post(`/?dataPipeline&action=${action}`);
		assert.equal((await send("listDataPipelineConfigurations")).status, 200);
		for (const action of ["get", "put", "delete"])
			assert.equal(
				refusal(await send(`${action}DataPipelineConfiguration`)),
				"404 NoSuchDataPipeline : The specified resource dataPipeline is not found.",
			);
		assert.match(refusal(await send("explode")), /^400 InvalidArgument /);
		assert.match(
			refusal(await oss.get("/photos?dataPipeline")),
			/^404 NoSuchDataPipeline /,
		);
	});
});

test("The process configuration of a bucket is returned as java1's BucketProcesTest expects", async (t) => {
	const { oss } = await startWithBucket(t);
	const read = async (): Promise<(string | undefined)[]> => {
		const answer = await oss.get("/photos?processConfiguration");
		return [
			"CompliedHost",
			"SourceFileProtect",
			"SourceFileProtectSuffix",
			"StyleDelimiters",
			"Version",
		].map((name) => textsOf(answer, name)[0]);
	};
	const put = (
		host: string,
		protect: string,
		suffix: string,
		delimiters: string,
	) =>
		oss.put(
			"/photos?processConfiguration",
			`<BucketProcessConfiguration><CompliedHost>${host}</CompliedHost><SourceFileProtect>${protect}</SourceFileProtect><SourceFileProtectSuffix>${suffix}</SourceFileProtectSuffix><StyleDelimiters>${delimiters}</StyleDelimiters><OssDomainSupportAtProcess>Disabled</OssDomainSupportAtProcess></BucketProcessConfiguration>`,
		);
	assert.deepEqual(await read(), ["Both", "Disabled", "", "", "2"]);
	await put("Img", "Enabled", "jpg,png", "/,-");
	assert.deepEqual(await read(), ["Img", "Enabled", "jpg,png", "-,/", "2"]);
	await put("Both", "Disabled", "gif", "-");
	assert.deepEqual(await read(), ["Both", "Disabled", "", "-", "2"]);
	assert.match(
		refusal(await put("img", "Maybe", "", "")),
		/^400 MalformedXML /,
	);
});
