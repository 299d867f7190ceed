/**
 * The console: one page with a view for each address after the `#`, redrawn on events from the emulator.
 */
import { accounts } from "./accounts.js";
import { api } from "./api.js";
import { bucket } from "./bucket.js";
import { buckets } from "./buckets.js";
import { callback } from "./callback.js";
import { callbacks } from "./callbacks.js";
import { clock } from "./clock.js";
import { documents } from "./documents.js";
import { faults } from "./faults.js";
import { home } from "./home.js";
import { enableMenu } from "./menu.js";
import { object } from "./object.js";
import { operations } from "./operations.js";
import { h, link } from "./page.js";
import { ram } from "./ram.js";
import { request } from "./request.js";
import { requests } from "./requests.js";
import { fetchJson } from "./server.js";
import { settings } from "./settings.js";
import { snapshots } from "./snapshots.js";

/**
 * A view is a function of the query in its address.
 *
 * @typedef {{ title: string, tab: string, nodes: Node[], follows?: string }} Drawn follows: the event after which the
 * view must be redrawn
 * @type {Record<string, (query: Record<string, string>) => Promise<Drawn>>}
 */
const views = {
	"": home,
	buckets,
	bucket,
	documents,
	object,
	callbacks,
	callback,
	requests,
	request,
	faults,
	accounts,
	ram,
	clock,
	snapshots,
	settings,
	operations,
	api,
};

const main = document.getElementById("view");
let follows;
let drawing = 0;
let shownAddress;

function readAddress() {
	const [path, search] = location.hash.replace(/^#\/?/, "").split("?", 2);
	const query = Object.fromEntries(new URLSearchParams(search));
	return { view: Object.hasOwn(views, path) ? views[path] : views[""], query };
}

async function draw() {
	const thisDrawing = ++drawing;
	const { view, query } = readAddress();
	const drawn = await view(query).catch(failed);
	if (thisDrawing !== drawing) return false; // the user has opened another page
	follows = drawn.follows;
	document.title = `${drawn.title} – OSS emulator`;
	markTab(drawn.tab);
	show(drawn.nodes, shownAddress === location.hash);
	shownAddress = location.hash;
	return true;
}

function markTab(wanted) {
	const tabs = [...document.querySelectorAll("header nav a")];
	for (const tab of tabs)
		if (tab.dataset.tab === wanted) tab.setAttribute("aria-current", "page");
		else tab.removeAttribute("aria-current");
	const isInMenu = document.querySelector("#menu [aria-current]") !== null;
	document.querySelector(".more").toggleAttribute("data-current", isInMenu);
}

const failed = (error) => ({
	title: "Error",
	tab: "",
	nodes: [
		h("h1", {}, "That did not work"),
		h("p", { class: "mistake", role: "alert" }, error.message),
		h(
			"p",
			{},
			link("", {}, "Home"),
			", ",
			link("buckets", {}, "buckets"),
			", ",
			link("callbacks", {}, "callbacks"),
			" or ",
			link("requests", {}, "requests"),
			".",
		),
	],
	follows: "open",
});

/** The summaries of the details that the user has opened. */
const unfolded = () =>
	new Set(
		Array.from(
			main.querySelectorAll("details[open] > summary"),
			({ textContent }) => textContent,
		),
	);

/** Preserves the focus on a link or a button when the page is drawn again. */
function show(nodes, isSamePage) {
	const focused = document.activeElement;
	const wasInside = main.contains(focused) && focused !== main;
	const equals = () => [...main.querySelectorAll(focused.tagName)];
	const place = wasInside ? equals().indexOf(focused) : -1;
	const open = isSamePage ? unfolded() : new Set();
	main.replaceChildren(...nodes);
	for (const summary of main.querySelectorAll("details > summary"))
		if (open.has(summary.textContent)) summary.parentElement.open = true;
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

/** Events do not redraw the page while the user is filling in a form, answering a question or selecting text. */
const isBusy = () =>
	document.querySelector("dialog[open]") !== null ||
	isSelecting() ||
	main.querySelector("form[data-begun]") !== null ||
	(main.contains(document.activeElement) &&
		document.activeElement.matches("input, select, textarea"));

function isSelecting() {
	const { isCollapsed, anchorNode } = getSelection();
	return !isCollapsed && main.contains(anchorNode);
}

main.addEventListener("input", ({ target }) => {
	if (target.form) target.form.dataset.begun = "";
});

const REDRAW_AFTER_MS = 150;
let redrawing;

function onEvent(event) {
	const concerns = [event, "any"].includes(follows) || event === "open";
	if (redrawing || !concerns) return;
	redrawing = setTimeout(() => {
		redrawing = undefined;
		if (isBusy()) onEvent(event);
		else draw();
	}, REDRAW_AFTER_MS);
}

const CONNECT_MS_MAX = 1000;

/** Resolves when changes are reported, or cannot be: a page that is drawn earlier would miss a change in between. */
function follow() {
	const { promise: connected, resolve } = Promise.withResolvers();
	const live = document.getElementById("live");
	const events = new EventSource("/api/events");
	const showState = (state, text) => {
		live.dataset.live = state;
		live.textContent = text;
	};
	let wasLost = false;
	events.addEventListener("open", () => {
		showState("yes", "live");
		resolve();
		if (wasLost) onEvent("open");
	});
	events.addEventListener("error", () => {
		wasLost = true;
		showState("no", "not connected");
		resolve();
	});
	events.addEventListener("callback", () => onEvent("callback"));
	events.addEventListener("requests", () => onEvent("requests"));
	setTimeout(resolve, CONNECT_MS_MAX);
	return connected;
}

addEventListener("hashchange", navigate);
addEventListener("redraw", draw);
enableMenu();
follow().then(draw);
fetchJson("/api/settings").then(({ endpoint }) => {
	document.getElementById("endpoint").textContent = endpoint;
});
