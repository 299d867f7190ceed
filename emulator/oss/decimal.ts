/**
 * Decimal numbers in parameters, headers and documents.
 *
 * Pure. OSS accepts digits only: no sign, fraction, exponent, hexadecimal prefix or blank.
 */

/**
 * @param min smallest accepted value
 * @param max largest accepted value
 * @returns undefined for any other text, and for a number out of bounds
 */
export function readDecimal(
	text: string | undefined,
	min = 0,
	max = Number.MAX_SAFE_INTEGER,
): number | undefined {
	if (text === undefined || !/^\d+$/.test(text)) return undefined;
	const value = Number(text);
	return value >= min && value <= max ? value : undefined;
}
