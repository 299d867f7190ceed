/**
 * Keeps Fastify from loading compilers of schemas, 20 ms of the first request, for an application that sets
 * compilers of its own.
 */
const refuseSchema = (): never => {
	throw new TypeError("a route has a schema, but no compiler is set");
};

export const NO_SCHEMA_COMPILERS = {
	compilersFactory: {
		buildValidator: refuseSchema,
		buildSerializer: refuseSchema,
	},
};
