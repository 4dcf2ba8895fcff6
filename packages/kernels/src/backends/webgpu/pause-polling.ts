const NATIVE = /\{\s*\[native code\]\s*\}$/;

let paused = false;

/**
 * Lets a processor that stands for a GPU compute. While anything is awaited, Dawn under Node asks for its events in a loop
 * of `setImmediate`: a core that spins, and in software one of those that compute. It is given a pause of a
 * millisecond between two questions. Callbacks written in JavaScript come as soon as ever.
 */
export function pausePolling(): void {
  if (paused) return;
  paused = true;
  const immediately = globalThis.setImmediate;
  const wrapped = (callback: (...args: unknown[]) => void, ...args: unknown[]) =>
    NATIVE.test(Function.prototype.toString.call(callback))
      ? setTimeout(callback, 1, ...args)
      : immediately(callback, ...args);
  Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(immediately));
  globalThis.setImmediate = wrapped as typeof immediately;
}
