/**
 * The console: one page, a view for each address after the `#`, drawn anew when the emulator tells of something.
 */
import { bucket, buckets } from "./buckets.js";
import { callback } from "./callback.js";
import { callbacks } from "./callbacks.js";
import { object } from "./object.js";
import { operations } from "./operations.js";
import { h } from "./page.js";
import { requests } from "./requests.js";
import { ask } from "./server.js";

/**
 * A view is a function of the query in its address.
 *
 * @typedef {{ title: string, tab: string, nodes: Node[], follows?: string }} Drawn follows: the event after which it is
 *   to be drawn anew
 * @type {Record<string, (query: Record<string, string>) => Promise<Drawn>>}
 */
const views = {
	"": buckets,
	bucket,
	object,
	callbacks,
	callback,
	requests,
	operations,
};

const main = document.getElementById("view");
let follows;
let drawing = 0;

function readAddress() {
	const [path, search] = location.hash.replace(/^#\/?/, "").split("?", 2);
	const query = Object.fromEntries(new URLSearchParams(search));
	return { view: Object.hasOwn(views, path) ? views[path] : views[""], query };
}

async function draw() {
	const mine = ++drawing;
	const { view, query } = readAddress();
	const drawn = await view(query).catch(failed);
	if (mine !== drawing) return false; // the user has opened another page
	follows = drawn.follows;
	document.title = `${drawn.title} – OSS emulator`;
	for (const tab of document.querySelectorAll("nav a"))
		if (tab.dataset.tab === drawn.tab) tab.setAttribute("aria-current", "page");
		else tab.removeAttribute("aria-current");
	show(drawn.nodes);
	return true;
}

const failed = (error) => ({
	title: "Error",
	tab: "",
	nodes: [
		h("h1", {}, "That did not work"),
		h("p", { role: "alert" }, error.message),
	],
	follows: "open",
});

/** Preserves the focus on a link or a button when the page is drawn again. */
function show(nodes) {
	const focused = document.activeElement;
	const wasInside = main.contains(focused) && focused !== main;
	const equals = () => [...main.querySelectorAll(focused.tagName)];
	const place = wasInside ? equals().indexOf(focused) : -1;
	main.replaceChildren(...nodes);
	if (!wasInside) return;
	const again =
		equals().find(({ href }) => href && href === focused.href) ??
		equals()[place];
	again?.focus({ preventScroll: true });
}

async function navigate() {
	if (!(await draw())) return;
	window.scrollTo(0, 0);
	main.focus({ preventScroll: true });
}

const isTyping = () =>
	main.contains(document.activeElement) &&
	document.activeElement.matches("input, select, textarea");

const REDRAW_AFTER_MS = 150;
let redrawing;

function happened(event) {
	if (redrawing || (event !== follows && event !== "open")) return;
	redrawing = setTimeout(() => {
		redrawing = undefined;
		if (isTyping()) happened(event);
		else draw();
	}, REDRAW_AFTER_MS);
}

function follow() {
	const live = document.getElementById("live");
	const events = new EventSource("/api/events");
	const say = (state, text) => {
		live.dataset.live = state;
		live.textContent = text;
	};
	let wasLost = false;
	events.addEventListener("open", () => {
		say("yes", "live");
		if (wasLost) happened("open");
	});
	events.addEventListener("error", () => {
		wasLost = true;
		say("no", "not connected");
	});
	events.addEventListener("callback", () => happened("callback"));
	events.addEventListener("requests", () => happened("requests"));
}

addEventListener("hashchange", navigate);
follow();
draw();
ask("/api/settings").then(({ endpoint }) => {
	document.getElementById("endpoint").textContent = endpoint;
});
