/**
 * node:test associates promises, timers and sockets with tests by an async hook. The hook runs for each of them, which
 * takes an eighth of the CPU time of `npm test`. This file replaces the hook with AsyncLocalStorage, which costs
 * nothing until it is read: for a call of `test` inside a suite, and for an uncaught error.
 */
import asyncHooks from "node:async_hooks";
import { isMainThread } from "node:worker_threads";

const { AsyncLocalStorage, AsyncResource, createHook, executionAsyncId } =
	asyncHooks;

/** @type {import("node:async_hooks").AsyncLocalStorage<Scope>} */
const running = new AsyncLocalStorage();

/** The `init` function of node:test's hook: registers a test under its id. */
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

// Threads have no tests, and start sooner without the test runner.
if (isMainThread) {
	Object.assign(asyncHooks, {
		AsyncResource: Scope,
		executionAsyncId: () => running.getStore()?.asyncId() ?? executionAsyncId(),
		createHook: ({ init }) => {
			enter = init;
			return inert;
		},
	});
	await import("node:test"); // it reads these members while it is loaded
	Object.assign(asyncHooks, { AsyncResource, executionAsyncId, createHook });
}
