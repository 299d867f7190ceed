/**
 * Evaluates an expression for a record, in SQL's three-valued logic: null is neither true nor false.
 *
 * Pure.
 */
import { matchesPattern } from "../oss/wildcard.ts";
import {
	type Expression,
	invalidSql,
	type Operator,
	type Step,
} from "./query.ts";
import { cast, compare, toNumber, toText, type Value } from "./values.ts";

/** A limit of the emulator, so that one record cannot delay other requests. */
const LIKE_CHARACTERS_MAX = 64 * 1024;

const JOINED_CHARACTERS_MAX = 1024 ** 2;

/** The value in a record at a path; undefined when it is absent. */
export type Lookup = (steps: readonly Step[]) => Value;

export function evaluate(expression: Expression, at: Lookup): Value {
	switch (expression.kind) {
		case "literal":
			return expression.value;
		case "path":
			return at(expression.steps);
		case "not":
			return negated(evaluate(expression.operand, at));
		case "is null":
			return isNull(evaluate(expression.operand, at));
		case "cast":
			return cast(evaluate(expression.operand, at), expression.type);
		case "like": {
			const text = toText(evaluate(expression.operand, at));
			if (text === undefined) return null;
			if (text.length > LIKE_CHARACTERS_MAX)
				throw invalidSql("A value is too long for LIKE.");
			return matchesPattern(expression.pattern, text);
		}
		case "binary": {
			const left = evaluate(expression.left, at);
			const decided = decides(expression.operator, left);
			if (decided !== undefined) return decided;
			return combine(expression.operator, left, evaluate(expression.right, at));
		}
	}
}

const isNull = (value: Value): boolean => value === null || value === undefined;

const negated = (value: Value): Value =>
	typeof value === "boolean" ? !value : null;

/** Whether the left side alone determines the result. */
function decides(operator: Operator, left: Value): boolean | undefined {
	if (operator === "and" && left === false) return false;
	return operator === "or" && left === true ? true : undefined;
}

function combine(operator: Operator, left: Value, right: Value): Value {
	switch (operator) {
		case "and":
			if (right === false) return false;
			return left === true && right === true ? true : null;
		case "or":
			if (right === true) return true;
			return left === false && right === false ? false : null;
		case "||":
			return joined(toText(left), toText(right));
		case "+":
		case "-":
		case "*":
		case "/":
		case "%":
			return calculated(operator, toNumber(left), toNumber(right));
		default:
			return compared(operator, left, right);
	}
}

/** @throws OssError InvalidSqlParameter for a text that exceeds the emulator's limit */
function joined(a: string | undefined, b: string | undefined): Value {
	if (a === undefined || b === undefined) return null;
	if (a.length + b.length > JOINED_CHARACTERS_MAX)
		throw invalidSql("A text joined by || is too long.");
	return a + b;
}

/** The condition is true if it is true for one of the values that `[*]` finds. */
function compared(operator: Operator, left: Value, right: Value): Value {
	if (Array.isArray(left))
		return left.some((value) => compared(operator, value, right) === true);
	const order = compare(left, right);
	if (order === undefined) return null;
	switch (operator) {
		case "=":
			return order === 0;
		case "!=":
			return order !== 0;
		case "<":
			return order < 0;
		case "<=":
			return order <= 0;
		case ">":
			return order > 0;
		default:
			return order >= 0;
	}
}

function calculated(
	operator: Operator,
	a: number | undefined,
	b: number | undefined,
): Value {
	if (a === undefined || b === undefined) return null;
	if (operator === "+") return a + b;
	if (operator === "-") return a - b;
	if (operator === "*") return a * b;
	if (b === 0) return null;
	return operator === "/" ? a / b : a % b;
}
