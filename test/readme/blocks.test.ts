import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { commandsOf, fileOf, readBlocks } from "./blocks.ts";

const page = `# Page
\`\`\`js
// upload.mjs: uploads
a();

b();
\`\`\`
and
\`\`\`xml
<!-- pom.xml -->
<a/>
\`\`\`
\`\`\`sh
# upload.sh is not a file in this block
node upload.mjs
\`\`\`
\`\`\`text
{"saved":1}
\`\`\`
`;

suite("The code blocks of a page", () => {
	const blocks = readBlocks(page);

	test("are files if their first line names a file", () => {
		assert.deepEqual(
			blocks.map(({ language, file }) => [language, file]),
			[
				["js", "upload.mjs"],
				["xml", "pom.xml"],
				["sh", ""],
				["text", ""],
			],
		);
		assert.equal(
			fileOf(blocks, "upload.mjs"),
			"// upload.mjs: uploads\na();\n\nb();\n",
		);
	});

	test("are commands if they are for a shell", () => {
		assert.match(commandsOf(blocks, "node upload.mjs"), /^node upload\.mjs$/m);
	});

	test("are reported if they are missing", () => {
		assert.throws(() => fileOf(blocks, "download.mjs"), /one download\.mjs/);
		assert.throws(() => fileOf([...blocks, ...blocks], "pom.xml"), /one pom/);
		assert.throws(() => commandsOf(blocks, "go run"), /with go run/);
	});
});
