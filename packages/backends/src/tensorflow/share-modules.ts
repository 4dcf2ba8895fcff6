import { createRequire } from 'node:module';

const SHARED = ['@tensorflow/tfjs', '@tensorflow/tfjs-core'];

/**
 * Makes an installed backend use the copy of TensorFlow.js that this process has, instead of a second copy of its own.
 * The kernels and the engine hang off a global, but a second copy would register 340 kernels again, with a warning
 * each, and bring its own helper state. A module already in Node's cache is what `require` returns.
 * @param entry file of the backend's package that will be required
 */
export function shareModules(entry: string): void {
  const [own, theirs] = [createRequire(import.meta.url), createRequire(entry)];
  for (const name of SHARED) {
    own(name);
    theirs.cache[theirs.resolve(name)] = own.cache[own.resolve(name)];
  }
}
