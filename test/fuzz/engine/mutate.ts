/** Mutates an input like AFL and libFuzzer: bits, bytes, blocks, words of a dictionary, parts of another input. */
import type { Chance } from "./chance.ts";

type Change = (input: Buffer, around: Around) => Buffer;

export type Around = {
	readonly chance: Chance;
	readonly words: readonly Buffer[];
	/** Another input of the corpus. */
	readonly other: Buffer;
};

const BYTES = Buffer.from(
	"\0\x01\x7f\x80\xff\t\n\r \"#$%&'()*+,-./019:;<=>?@[\\]^_`{|}~aAzZ",
);
const NUMBERS = [
	"0",
	"-1",
	"1",
	"255",
	"256",
	"65536",
	"2147483648",
	"4294967295",
	"9007199254740993",
	"1e309",
	"18446744073709551616",
];

const splice = (input: Buffer, at: number, drop: number, put: Buffer): Buffer =>
	Buffer.concat([input.subarray(0, at), put, input.subarray(at + drop)]);

const place = (input: Buffer, { chance }: Around): number =>
	chance.below(input.length + 1);

const block = (input: Buffer, { chance }: Around): Buffer => {
	const at = chance.below(input.length + 1);
	return input.subarray(at, at + 1 + chance.below(chance.of([4, 16, 64, 512])));
};

const CHANGES: readonly Change[] = [
	(input, around) => {
		const changed = Buffer.from(input);
		const at = around.chance.below(input.length || 1);
		changed[at] = (changed[at] ?? 0) ^ (1 << around.chance.below(8));
		return changed;
	},
	(input, around) => {
		const changed = Buffer.from(input);
		changed[around.chance.below(input.length || 1)] = around.chance.below(256);
		return changed;
	},
	(input, around) =>
		splice(
			input,
			place(input, around),
			around.chance.below(2),
			Buffer.from([around.chance.of([...BYTES])]),
		),
	// a block removed
	(input, around) =>
		splice(
			input,
			place(input, around),
			1 + around.chance.below(around.chance.of([2, 8, 64])),
			Buffer.alloc(0),
		),
	// a block repeated, once or often
	(input, around) => {
		const one = block(input, around);
		const times = around.chance.of([1, 1, 2, 8, 64]);
		return splice(
			input,
			place(input, around),
			0,
			Buffer.concat(Array(times).fill(one)),
		);
	},
	// a word inserted, or overwriting bytes
	(input, around) => {
		const word = around.chance.of(around.words);
		const drop = around.chance.below(2) * word.length;
		return splice(input, place(input, around), drop, word);
	},
	(input, around) =>
		splice(input, place(input, around), 0, around.chance.of(around.words)),
	// a number in place of another
	(input, around) => {
		const found = [...input.toString("latin1").matchAll(/\d+/g)];
		const number = Buffer.from(around.chance.of(NUMBERS));
		if (found.length === 0)
			return splice(input, place(input, around), 0, number);
		const { index, 0: digits } = around.chance.of(found);
		return splice(input, index, digits.length, number);
	},
	// a block of another input, or its end
	(input, around) =>
		splice(
			input,
			place(input, around),
			around.chance.below(16),
			block(around.other, around),
		),
	(input, around) =>
		Buffer.concat([
			input.subarray(0, place(input, around)),
			around.other.subarray(around.chance.below(around.other.length + 1)),
		]),
];

export function mutate(
	input: Buffer,
	around: Around,
	bytesMax: number,
): Buffer {
	let changed = input;
	const times = 1 + around.chance.below(around.chance.of([1, 2, 4, 8]));
	for (let i = 0; i < times; i++)
		changed = around.chance.of(CHANGES)(changed, around).subarray(0, bytesMax);
	return changed;
}
