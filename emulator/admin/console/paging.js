/**
 * Paging through a list that begins with its latest entries: callbacks, requests.
 */
import { h, link } from "./page.js";

/** The number of entries of a page. */
export const PAGE = 100;

/** The query of the first page. */
export const withoutBefore = ({ before: _, ...query }) => query;

/** @param {{ id: string }[]} shown the entries of this page */
export function pages(view, query, shown) {
	const newest = query.before && link(view, withoutBefore(query), "Latest");
	const older =
		shown.length === PAGE &&
		link(view, { ...query, before: shown.at(-1).id }, "Older");
	return h("p", { class: "pages" }, [newest, older].filter(Boolean));
}
