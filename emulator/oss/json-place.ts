/**
 * Reads a JSON document and reports the place of each error: `users[0].policies[1]: must be text`.
 *
 * Pure.
 */
import { isJsonObject } from "./json-object.ts";

/** An error in a document, with its place. */
export class JsonError extends Error {
	override readonly name = "JsonError";
}

/** A value and its place in its document. */
export class JsonPlace {
	readonly value: unknown;
	readonly #path: string;

	constructor(value: unknown, path: string) {
		this.value = value;
		this.#path = path;
	}

	wrong(what: string): JsonError {
		return new JsonError(this.#path === "" ? what : `${this.#path}: ${what}`);
	}

	/** Refuses unknown names, because a misspelt permission would otherwise be ignored silently. */
	refuseOthers(names: readonly string[]): void {
		const { value } = this;
		if (!isJsonObject(value)) throw this.wrong("must be an object");
		const other = Object.keys(value).find((name) => !names.includes(name));
		if (other !== undefined)
			throw this.wrong(
				`has the unknown member ${other}: expected one of ${names.join(", ")}`,
			);
	}

	/** The member `name`; undefined if it is absent. */
	find(name: string): JsonPlace | undefined {
		const child = this.#child(name);
		return child.value === undefined ? undefined : child;
	}

	/** All members of the object. */
	entries(): [string, JsonPlace][] {
		if (!isJsonObject(this.value)) throw this.wrong("must be an object");
		return Object.keys(this.value).map((name) => [name, this.#child(name)]);
	}

	list(name: string): JsonPlace[] {
		return [...this.items(name)];
	}

	/** Yields the places of a list's items. */
	*items(name: string): Generator<JsonPlace> {
		const child = this.#child(name);
		if (child.value === undefined) return;
		if (!Array.isArray(child.value)) throw child.wrong("must be a list");
		for (const [index, item] of child.value.entries())
			yield new JsonPlace(item, `${child.#path}[${index}]`);
	}

	text(name: string, form: RegExp, byDefault?: string): string {
		const child = this.#child(name);
		if (child.value === undefined && byDefault !== undefined) return byDefault;
		return child.asText(form);
	}

	texts(name: string, form: RegExp, byDefault: readonly string[]): string[] {
		if (this.#child(name).value === undefined) return [...byDefault];
		return this.list(name).map((item) => item.asText(form));
	}

	number(name: string, min: number, max: number, byDefault: number): number {
		const { value } = this.#child(name);
		if (value === undefined) return byDefault;
		if (!Number.isInteger(value) || Number(value) < min || Number(value) > max)
			throw this.wrong(`${name} must be a whole number, ${min} to ${max}`);
		return Number(value);
	}

	asText(form: RegExp): string {
		if (typeof this.value !== "string" || !form.test(this.value))
			throw this.wrong(
				form.source === "^"
					? "must be text"
					: `must be text of the form ${form.source}`,
			);
		return this.value;
	}

	/** @returns '' when it is absent */
	choice(name: string, choices: readonly string[]): string {
		const child = this.find(name);
		if (!child) return "";
		const choice = choices.find((allowed) => allowed === child.value);
		if (choice !== undefined) return choice;
		throw child.wrong(`must be one of ${choices.join(", ")}`);
	}

	#child(name: string): JsonPlace {
		const { value } = this;
		const isObject = typeof value === "object" && value !== null;
		const child = isObject ? Reflect.get(value, name) : undefined;
		return new JsonPlace(
			child,
			this.#path === "" ? name : `${this.#path}.${name}`,
		);
	}
}
