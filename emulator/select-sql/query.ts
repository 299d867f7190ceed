/**
 * A SelectObject statement after parsing: columns, source, condition, limit.
 *
 * Pure. Source: docs «SelectObject», «SQL syntax».
 */
import { OssError } from "../oss/errors.ts";
import type { Pattern } from "../oss/wildcard.ts";

/** A step into a JSON value: a key, an index, or `[*]`. In a CSV record only the first step is used: a name or `_1`. */
export type Step = string | number | typeof EVERY;
export const EVERY: unique symbol = Symbol("[*]");

export type Operator =
	| "and"
	| "or"
	| "="
	| "!="
	| "<"
	| "<="
	| ">"
	| ">="
	| "+"
	| "-"
	| "*"
	| "/"
	| "%"
	| "||";

export type CastType = "int" | "double" | "decimal" | "string" | "bool";

export type Expression =
	| { readonly kind: "literal"; readonly value: Literal }
	| { readonly kind: "path"; readonly steps: readonly Step[] }
	| {
			readonly kind: "binary";
			readonly operator: Operator;
			readonly left: Expression;
			readonly right: Expression;
	  }
	| { readonly kind: "not"; readonly operand: Expression }
	| { readonly kind: "is null"; readonly operand: Expression }
	| {
			readonly kind: "like";
			readonly operand: Expression;
			readonly pattern: Pattern;
	  }
	| {
			readonly kind: "cast";
			readonly operand: Expression;
			readonly type: CastType;
	  };

export type Literal = string | number | boolean | null;

export type AggregateName = "count" | "sum" | "avg" | "max" | "min";

export type Column = {
	readonly expression: Expression;
	/** The aggregation; undefined if the column is not aggregated. */
	readonly aggregate: AggregateName | undefined;
	/** The name after `AS`, or the last key of the path; undefined if the column is named by its position. */
	readonly name: string | undefined;
};

export type Query = {
	/** The columns; empty for `*`. */
	readonly columns: readonly Column[];
	/** The path after `ossobject`. */
	readonly from: readonly Step[];
	readonly where: Expression | undefined;
	readonly limit: number;
};

/** The error for a statement that is invalid or does not match the object. Source: docs «SelectObject», error codes. */
export const invalidSql = (message: string): OssError =>
	new OssError("InvalidSqlParameter", { message });
