/**
 * The code of a thread: it waits for its number in `control` to change, computes the products in the shared memory
 * (14 integers each, the arguments of `multiply`) and counts itself off. A string, so that it needs no file of its own in
 * a bundle. `control`: [threads at work, whether one failed, then for each thread: calls, address of products, products].
 */
export const threadCode = `
const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
const { module, memory, control, at } = workerData;
const { multiply } = new WebAssembly.Instance(module, { env: { memory } }).exports;
parentPort.postMessage('ready');
for (let calls = 0; ; calls++) {
  Atomics.wait(control, at, calls);
  try {
    memory.grow(0); // V8 tells other threads of growth lazily: this thread may still see the memory as it was
    const products = new Int32Array(memory.buffer, control[at + 1], 14 * control[at + 2]);
    for (let i = 0; i < products.length; i += 14) multiply(...products.subarray(i, i + 14));
  } catch {
    Atomics.store(control, 1, 1);
  }
  Atomics.sub(control, 0, 1);
  Atomics.notify(control, 0);
}
`;
