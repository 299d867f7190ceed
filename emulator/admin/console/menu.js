/**
 * The menu of the less frequently used pages: a button that shows their links, usable with only the keyboard.
 */

/** Must be called once, when the page has loaded. */
export function enableMenu() {
	const place = document.querySelector(".more");
	const button = place.querySelector("button");
	const list = place.querySelector("ul");
	const links = [...list.querySelectorAll("a")];
	const open = (isOpen) => {
		list.hidden = !isOpen;
		button.setAttribute("aria-expanded", String(isOpen));
	};
	button.addEventListener("click", () => open(list.hidden));
	list.addEventListener("click", () => open(false));
	document.addEventListener("pointerdown", ({ target }) => {
		if (!place.contains(target)) open(false);
	});
	place.addEventListener("focusout", ({ relatedTarget }) => {
		if (relatedTarget && !place.contains(relatedTarget)) open(false);
	});
	place.addEventListener("keydown", (event) => {
		if (event.key === "Escape") {
			open(false);
			button.focus();
		}
		const to = nextLink(links, event.key);
		if (!to) return;
		event.preventDefault();
		open(true);
		to.focus();
	});
}

/** @returns the link that a key moves the focus to, starting at the button; undefined for other keys */
function nextLink(links, key) {
	const at = links.indexOf(document.activeElement);
	if (key === "ArrowDown") return links[(at + 1) % links.length];
	if (key === "ArrowUp") return links.at(at < 0 ? -1 : at - 1);
	return undefined;
}
