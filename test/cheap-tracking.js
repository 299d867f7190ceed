/**
 * node:test finds out which test a promise, timer or socket belongs to by an async hook that is called for each of
 * them, and that costs an eighth of the CPU time of `npm test`. Here it finds out by AsyncLocalStorage, which costs
 * nothing until it is asked. It asks for a call of `test` inside a suite, and for an error that nothing caught.
 */
import asyncHooks from "node:async_hooks";

const { AsyncLocalStorage, AsyncResource, createHook, executionAsyncId } =
	asyncHooks;

/** @type {import("node:async_hooks").AsyncLocalStorage<Scope>} */
const running = new AsyncLocalStorage();

/** Of the hook that node:test wants: enters a test under its id. */
let enter = () => {};

/** The base class of a test. */
class Scope extends AsyncResource {
	runInAsyncScope(run, self, ...args) {
		enter(this.asyncId(), "", 0, this);
		return super.runInAsyncScope(() =>
			running.run(this, () => Reflect.apply(run, self, args)),
		);
	}
}

const inert = { enable: () => inert, disable: () => inert };

Object.assign(asyncHooks, {
	AsyncResource: Scope,
	executionAsyncId: () => running.getStore()?.asyncId() ?? executionAsyncId(),
	createHook: ({ init }) => {
		enter = init;
		return inert;
	},
});
await import("node:test"); // it takes these from the module now
Object.assign(asyncHooks, { AsyncResource, executionAsyncId, createHook });
