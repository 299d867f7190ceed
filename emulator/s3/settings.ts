/**
 * The settings of the S3-compatible protocol, where OSS has changed its mind or differs by account.
 *
 * Pure.
 */
export type S3Settings = {
	/** Whether the account may use the protocol. */
	readonly enabled: boolean;
	/** `local`: allowed except at `*.aliyuncs.com`, since clients of an address or of `localhost` have no other way. */
	readonly pathStyle: "local" | "allow" | "refuse";
	/** How a body with checksum trailers is refused: by OSS since 2026, or before. */
	readonly trailers: "not-implemented" | "invalid-argument";
	/** Whether a body that is signed chunk by chunk is accepted, or refused as OSS did until 2023. */
	readonly signedStreaming: "accept" | "refuse";
};
