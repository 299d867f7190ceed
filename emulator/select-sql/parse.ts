/**
 * Parses a statement: `SELECT columns FROM ossobject[.path] [alias] [WHERE expression] [LIMIT n]`.
 *
 * No published parser reads OSS's dialect: paths with `[*]` after the table, two aliases, of which the last is used, a
 * superfluous quote at the end.
 *
 * Pure. Source: docs «SelectObject»; the suites of the SDKs for the refusals.
 */

import { readDecimal } from "../oss/decimal.ts";
import { ExpressionParser } from "./parse-expression.ts";
import {
	type AggregateName,
	type Column,
	type Expression,
	invalidSql,
	type Query,
	type Step,
} from "./query.ts";
import { Reader, tokenize } from "./tokens.ts";

/** Source: docs «SelectObject», limits: a statement of 16 KB. */
const STATEMENT_CHARACTERS_MAX = 16 * 1024;

/** @throws OssError InvalidSqlParameter */
export function parseQuery(statement: string): Query {
	if (statement.length > STATEMENT_CHARACTERS_MAX)
		throw invalidSql("The SQL statement is too long.");
	const reader = new Reader(tokenize(statement));
	const parser = new ExpressionParser(reader);
	reader.expect("select");
	const columns = reader.accept("*") ? [] : readColumns(reader, parser);
	reader.expect("from");
	if (parser.identifier().toLowerCase() !== "ossobject")
		throw invalidSql("The SQL statement must select from ossobject.");
	const from = parser.steps();
	const alias = readAlias(reader, parser) ?? "ossobject";
	const where = reader.accept("where") ? parser.expression() : undefined;
	const limit = reader.accept("limit") ? readLimit(reader) : Infinity;
	reader.accept(";");
	if (reader.next.kind !== "end") throw reader.unexpected();
	return {
		columns: columns.map((column) => ({
			...column,
			expression: withoutAlias(column.expression, alias),
		})),
		from,
		where: where && withoutAlias(where, alias),
		limit,
	};
}

function readColumns(reader: Reader, parser: ExpressionParser): Column[] {
	const columns = [readColumn(reader, parser)];
	while (reader.accept(",")) columns.push(readColumn(reader, parser));
	const aggregates = columns.filter(({ aggregate }) => aggregate);
	if (aggregates.length > 0 && aggregates.length < columns.length)
		throw invalidSql("Columns and aggregations cannot be selected together.");
	return columns;
}

const AGGREGATES: readonly AggregateName[] = [
	"count",
	"sum",
	"avg",
	"max",
	"min",
];

function readColumn(reader: Reader, parser: ExpressionParser): Column {
	const aggregate = AGGREGATES.find((name) => reader.accept(name));
	const expression = aggregate
		? readOperand(aggregate, reader, parser)
		: requireNoConcatenation(parser.expression());
	const alias = readAlias(reader, parser);
	const name = alias ?? (aggregate ? undefined : nameOf(expression));
	return { expression, aggregate, name };
}

function readOperand(
	aggregate: AggregateName,
	reader: Reader,
	parser: ExpressionParser,
): Expression {
	reader.expect("(");
	const isAll = aggregate === "count" && reader.accept("*");
	const operand: Expression = isAll
		? { kind: "literal", value: true }
		: parser.expression();
	reader.expect(")");
	return operand;
}

/** OSS concatenates texts in conditions, and refuses to select concatenated texts. */
function requireNoConcatenation(expression: Expression): Expression {
	if (expression.kind === "binary" && expression.operator === "||")
		throw invalidSql("|| is not supported in the select list.");
	return expression;
}

function nameOf(expression: Expression): string | undefined {
	if (expression.kind === "cast") return nameOf(expression.operand);
	return expression.kind === "path"
		? expression.steps.findLast((step) => typeof step === "string")
		: undefined;
}

function readAlias(
	reader: Reader,
	parser: ExpressionParser,
): string | undefined {
	let alias: string | undefined;
	while (reader.accept("as")) alias = parser.identifier();
	return alias ?? (parser.isIdentifier() ? parser.identifier() : undefined);
}

function readLimit(reader: Reader): number {
	const { kind, text } = reader.next;
	const limit = kind === "number" ? readDecimal(text) : undefined;
	if (limit === undefined) throw reader.unexpected();
	reader.take();
	return limit;
}

/** `s.name` becomes `name`; `s` alone remains, because a key may have that name. */
function withoutAlias(expression: Expression, alias: string): Expression {
	switch (expression.kind) {
		case "literal":
			return expression;
		case "path":
			return { ...expression, steps: stepsWithout(expression.steps, alias) };
		case "binary":
			return {
				...expression,
				left: withoutAlias(expression.left, alias),
				right: withoutAlias(expression.right, alias),
			};
		default:
			return {
				...expression,
				operand: withoutAlias(expression.operand, alias),
			};
	}
}

const stepsWithout = (
	steps: readonly Step[],
	alias: string,
): readonly Step[] =>
	steps.length > 1 && String(steps[0]).toLowerCase() === alias.toLowerCase()
		? steps.slice(1)
		: steps;
