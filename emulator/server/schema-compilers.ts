/**
 * Keeps Fastify from loading compilers of schemas, 20 ms of the first request, for an application that sets
 * compilers of its own.
 */
const none = (): never => {
	throw new TypeError("a route has a schema, and nobody set a compiler");
};

export const NO_SCHEMA_COMPILERS = {
	compilersFactory: { buildValidator: none, buildSerializer: none },
};
