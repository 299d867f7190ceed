/**
 * Parses expressions of a statement, by recursive descent: or, and, not, a predicate, sums and `||`, products, a
 * sign, a value.
 *
 * Pure.
 */

import { readDecimal } from "../oss/decimal.ts";
import {
	type CastType,
	EVERY,
	type Expression,
	invalidSql,
	type Operator,
	type Step,
} from "./query.ts";
import type { Reader } from "./tokens.ts";
import { readLike } from "./values.ts";

/** Words that require double quotes as a path or alias. */
const KEYWORDS: ReadonlySet<string> = new Set(
	"select from where limit group order by having join on and or not like escape between in is null as cast avg sum max min count true false union".split(
		" ",
	),
);

/** A limit of the emulator, so that one record cannot delay other requests. */
const LIKES_MAX = 32;

/** The maximum depth of an expression, so that no statement exhausts the stack. */
const DEPTH_MAX = 100;

export class ExpressionParser {
	readonly #reader: Reader;
	#depth = 0;
	#likes = 0;

	constructor(reader: Reader) {
		this.#reader = reader;
	}

	expression(): Expression {
		this.#depth += 1;
		if (this.#depth > DEPTH_MAX) throw this.#reader.unexpected();
		const all = this.#chain(["or"], () => this.#conjunction());
		this.#depth -= 1;
		return all;
	}

	#conjunction(): Expression {
		return this.#chain(["and"], () => this.#negation());
	}

	#negation(): Expression {
		return this.#reader.accept("not")
			? { kind: "not", operand: this.#nested(() => this.#negation()) }
			: this.#predicate();
	}

	#predicate(): Expression {
		const left = this.#sum();
		const reader = this.#reader;
		for (const sign of ["=", "!=", "<=", ">=", "<", ">"] as const)
			if (reader.accept(sign)) return binary(sign, left, this.#sum());
		if (reader.accept("is")) {
			const isNot = reader.accept("not");
			reader.expect("null");
			return negatedIf(isNot, { kind: "is null", operand: left });
		}
		const isNot = reader.accept("not");
		if (reader.accept("like")) return negatedIf(isNot, this.#like(left));
		if (reader.accept("between")) return negatedIf(isNot, this.#between(left));
		if (reader.accept("in")) return negatedIf(isNot, this.#in(left));
		if (isNot) throw reader.unexpected();
		return left;
	}

	#like(operand: Expression): Expression {
		const pattern = this.#text();
		const mark = this.#reader.accept("escape") ? this.#text() : "\\";
		this.#likes += 1;
		if (this.#likes > LIKES_MAX)
			throw invalidSql("The SQL statement has too many LIKE operators.");
		return { kind: "like", operand, pattern: readLike(pattern, mark) };
	}

	#between(operand: Expression): Expression {
		const low = this.#sum();
		this.#reader.expect("and");
		return binary(
			"and",
			binary(">=", operand, low),
			binary("<=", operand, this.#sum()),
		);
	}

	#in(operand: Expression): Expression {
		const reader = this.#reader;
		reader.expect("(");
		let any = binary("=", operand, this.#sum());
		while (reader.accept(","))
			any = binary("or", any, binary("=", operand, this.#sum()));
		reader.expect(")");
		return any;
	}

	#sum(): Expression {
		return this.#chain(["+", "-", "||"], () => this.#product());
	}

	#product(): Expression {
		return this.#chain(["*", "/", "%"], () => this.#signed());
	}

	#signed(): Expression {
		if (!this.#reader.accept("-")) return this.#value();
		const operand = this.#nested(() => this.#signed());
		return binary("-", { kind: "literal", value: 0 }, operand);
	}

	#value(): Expression {
		const reader = this.#reader;
		if (reader.accept("(")) {
			const inner = this.expression();
			reader.expect(")");
			return inner;
		}
		if (reader.accept("cast")) return this.#cast();
		if (reader.accept("true")) return { kind: "literal", value: true };
		if (reader.accept("false")) return { kind: "literal", value: false };
		if (reader.accept("null")) return { kind: "literal", value: null };
		if (reader.next.kind === "string")
			return { kind: "literal", value: reader.take().text };
		if (reader.next.kind === "number")
			return { kind: "literal", value: Number(reader.take().text) };
		return { kind: "path", steps: [this.identifier(), ...this.steps()] };
	}

	#cast(): Expression {
		const reader = this.#reader;
		reader.expect("(");
		const operand = this.expression();
		reader.expect("as");
		const type = CAST_TYPES.get(reader.next.text.toLowerCase());
		if (!type) throw reader.unexpected();
		reader.take();
		reader.expect(")");
		return { kind: "cast", operand, type };
	}

	/** @throws OssError InvalidSqlParameter for a keyword or anything else */
	identifier(): string {
		const { kind, text } = this.#reader.next;
		if (!this.isIdentifier()) throw this.#reader.unexpected();
		this.#reader.take();
		return kind === "word" || kind === "name" ? text : "";
	}

	isIdentifier(): boolean {
		const { kind, text } = this.#reader.next;
		return (
			kind === "name" || (kind === "word" && !KEYWORDS.has(text.toLowerCase()))
		);
	}

	/** Parses any number of `.key`, `[0]` and `[*]`. */
	steps(): Step[] {
		const reader = this.#reader;
		const steps: Step[] = [];
		for (;;) {
			if (reader.accept(".")) steps.push(this.#key());
			else if (reader.accept("[")) {
				steps.push(this.#index());
				reader.expect("]");
			} else return steps;
		}
	}

	/** After a dot a keyword is a key. */
	#key(): string {
		const { kind, text } = this.#reader.next;
		if (kind !== "word" && kind !== "name") throw this.#reader.unexpected();
		this.#reader.take();
		return text;
	}

	#index(): Step {
		if (this.#reader.accept("*")) return EVERY;
		const { kind, text } = this.#reader.next;
		const index =
			kind === "number" ? readDecimal(text, 0, Infinity) : undefined;
		if (index === undefined) throw this.#reader.unexpected();
		this.#reader.take();
		return index;
	}

	#text(): string {
		if (this.#reader.next.kind !== "string") throw this.#reader.unexpected();
		return this.#reader.take().text;
	}

	#nested(parse: () => Expression): Expression {
		this.#depth += 1;
		if (this.#depth > DEPTH_MAX) throw this.#reader.unexpected();
		const inner = parse();
		this.#depth -= 1;
		return inner;
	}

	#chain(operators: readonly Operator[], parse: () => Expression): Expression {
		let left = parse();
		for (;;) {
			const operator = operators.find((item) => this.#reader.accept(item));
			if (!operator) return left;
			left = binary(operator, left, parse());
		}
	}
}

const CAST_TYPES: ReadonlyMap<string, CastType> = new Map([
	["int", "int"],
	["integer", "int"],
	["double", "double"],
	["float", "double"],
	["decimal", "decimal"],
	["string", "string"],
	["bool", "bool"],
	["boolean", "bool"],
]);

const binary = (
	operator: Operator,
	left: Expression,
	right: Expression,
): Expression => ({ kind: "binary", operator, left, right });

const negatedIf = (isNot: boolean, operand: Expression): Expression =>
	isNot ? { kind: "not", operand } : operand;
