/**
 * The settings of the S3-compatible protocol, for behaviour of OSS that has changed or differs by account.
 *
 * Pure.
 */
export type S3Settings = {
	/** Whether the account is allowed to use the protocol. */
	readonly enabled: boolean;
	/**
	 * `local`: allowed except at `*.aliyuncs.com`, because clients that use an IP address or `localhost` have no
	 * alternative.
	 */
	readonly pathStyle: "local" | "allow" | "refuse";
	/** How a body with checksum trailers is refused: as OSS does since 2026, or as before. */
	readonly trailers: "not-implemented" | "invalid-argument";
	/** Whether a body that is signed chunk by chunk is accepted, or refused as OSS did until 2023. */
	readonly signedStreaming: "accept" | "refuse";
};
