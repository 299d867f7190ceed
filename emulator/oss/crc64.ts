/**
 * Computes the CRC-64/XZ of an object from the CRCs of its parts, without reading the content again.
 *
 * A CRC is a polynomial over GF(2) modulo P. Appending `length` bytes to a text multiplies its CRC by x^(8·length); the
 * CRC of the concatenation is that product plus the second CRC. Polynomials are stored reflected, as the CRC itself is:
 * the highest bit of the number is the coefficient of x^0.
 *
 * Pure. Source: check values of CRC-64/XZ; the SDKs' own `combine` functions.
 */

const P = 0xc96c5795d7870f42n;
const ONE = 1n << 63n;

/** @param length the length of the second text, in bytes */
export function combineCrc64(
	first: bigint,
	second: bigint,
	length: number,
): bigint {
	return length === 0 ? first : multiply(first, power(length)) ^ second;
}

const P_HIGH = Number(P >> 32n) | 0;
const P_LOW = Number(P & 0xffff_ffffn) | 0;

/** Uses halves of 32 bits: with BigInt the 10,000 parts of an upload would take half a second. */
function multiply(a: bigint, b: bigint): bigint {
	const aHigh = Number(a >> 32n) | 0;
	const aLow = Number(a & 0xffff_ffffn) | 0;
	let high = Number(b >> 32n) | 0;
	let low = Number(b & 0xffff_ffffn) | 0;
	let productHigh = 0;
	let productLow = 0;
	for (let bit = 0; bit < 64; bit++) {
		const half = bit < 32 ? aHigh : aLow;
		if ((half >>> (31 - (bit & 31))) & 1) {
			productHigh ^= high;
			productLow ^= low;
		}
		const carry = low & 1;
		low = (low >>> 1) | (high << 31);
		high >>>= 1;
		if (carry) {
			high ^= P_HIGH;
			low ^= P_LOW;
		}
	}
	return (BigInt(productHigh >>> 0) << 32n) | BigInt(productLow >>> 0);
}

/** x^8, x^16, x^32 …: each the square of the one before. */
const squares: bigint[] = [ONE >> 8n];

/** The parts of an upload have the same size, so their power is cached. */
let latest = { length: 0, value: ONE };

function power(length: number): bigint {
	if (latest.length !== length)
		latest = { length, value: computePower(length) };
	return latest.value;
}

function computePower(length: number): bigint {
	let value = ONE;
	let rest = length;
	for (let i = 0; rest > 0; i++) {
		squares[i] ??= multiply(squares[i - 1] ?? ONE, squares[i - 1] ?? ONE);
		if (rest % 2 === 1) value = multiply(value, squares[i] ?? ONE);
		rest = Math.floor(rest / 2);
	}
	return value;
}
