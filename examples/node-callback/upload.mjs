/** Uploads a photo with a form, as a browser does, and prints the application server's answer. */
import OSS from "ali-oss";

const {
	APPLICATION = "http://127.0.0.1:8000",
	OSS_ENDPOINT = "http://127.0.0.1:6770",
} = process.env;

const client = new OSS({
	endpoint: OSS_ENDPOINT,
	accessKeyId: "oss-emulator",
	accessKeySecret: "oss-emulator-secret",
});
await client.putBucket("photos"); // needed only once

const { url, fields } = await (await fetch(`${APPLICATION}/policy`)).json();
const form = new FormData();
form.set("key", "incoming/cat.jpg");
for (const [name, value] of Object.entries(fields)) form.set(name, value);
form.set("x:user", "tom"); // a custom variable of the callback
form.set("file", new Blob(["meow"], { type: "image/jpeg" })); // must be the last field
const response = await fetch(url, { method: "POST", body: form });
console.log(response.status, await response.text());
