import { createContext, Script } from 'node:vm';

const call = new Script('work()');

/**
 * Runs synchronous work on foreign data that could take for ever (a pattern that backtracks, a count that lies), and stops it
 * after some time.
 * @throws an Error with the code ERR_SCRIPT_EXECUTION_TIMEOUT, what the work throws
 */
export function inTime<Result>(work: () => Result, limitMs = 10_000): Result {
  return call.runInContext(createContext({ work }), { timeout: limitMs }) as Result;
}
