import { fail } from '../../errors/codes.js';
import type { Bound, ProductThreads } from './bind.js';
import type { WasmBuild } from './module.js';
import { compile, instantiate } from './module.js';
import type { Product } from './product.js';
import { multiply, multiplyArguments } from './multiply.js';
import { SharedOperands } from './shared-operands.js';
import { shareProducts, workOf } from './share-products.js';
import { threadCode } from './thread-code.js';

/** The members of Node's Worker that are used. */
interface Thread {
  on(event: 'message' | 'error' | 'exit', listener: (value: unknown) => void): unknown;
  unref(): void;
  terminate(): Promise<unknown>;
}

/** Below 2^22 multiplications (some 0.2 ms) copying and waking cost more than a second thread saves. */
const WORTH_SHARING = 1 << 22;

/** A thread that has not answered for so long is taken for dead, milliseconds. */
const PATIENCE = 120_000;

/**
 * @param helpers threads besides this one      @param code what they run
 * @throws KERNELS_THREAD where they do not start
 */
export async function startPool(
  helpers: number,
  build: WasmBuild,
  code = threadCode,
): Promise<ThreadPool> {
  const builtin = globalThis.process?.getBuiltinModule?.('node:worker_threads');
  if (!builtin) throw broken('no worker_threads of Node', 'Run under Node, or without threads.');
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const control = new Int32Array(new SharedArrayBuffer(4 * (2 + 3 * helpers)));
  const module = compile(`${build}Shared`);
  const workers = Array.from({ length: helpers }, (_, i) => {
    const workerData = { module, memory, control, at: 2 + 3 * i };
    return new builtin.Worker(code, { eval: true, workerData });
  });
  const pool = new ThreadPool(workers, memory, control, instantiate(build, memory).scratchBytes());
  try {
    await Promise.all(workers.map(ready));
  } catch (cause) {
    pool.end();
    throw broken(`"${String(cause)}" from one that starts`, 'Run without threads.', cause);
  }
  workers.forEach((worker) => worker.unref()); // before they are ready they keep the process alive, to be waited for
  return pool;
}

/** Threads on one shared memory; each is given its share of a list of products and this thread computes the first. */
export class ThreadPool implements ProductThreads {
  readonly #workers: readonly Thread[];
  readonly #memory: WebAssembly.Memory;
  readonly #control: Int32Array;
  readonly #scratchBytes: number;
  #failure: unknown;
  #ended = false;

  constructor(
    workers: readonly Thread[],
    memory: WebAssembly.Memory,
    control: Int32Array,
    scratchBytes: number,
  ) {
    this.#workers = workers;
    this.#memory = memory;
    this.#control = control;
    this.#scratchBytes = scratchBytes;
    const failed = (cause: unknown) => (this.#failure ??= cause);
    for (const worker of workers) {
      worker.on('error', failed);
      worker.on('exit', (code) => failed(new Error(`a thread ended with code ${String(code)}`)));
    }
  }

  get count(): number {
    return this.#workers.length + 1;
  }

  multiplyAll(bound: Bound, products: readonly Product[]): void {
    const work = products.reduce((sum, product) => sum + workOf(product), 0);
    if (this.#ended || this.count === 1 || work < WORTH_SHARING) {
      for (const product of products) multiply(bound, product);
      return;
    }
    this.#throwFailure();
    const [own, ...others] = shareProducts(products, this.count);
    const operands = new SharedOperands(bound.backend, this.#memory, this.#scratchesEnd());
    others.forEach((share, i) => this.#start(i, share, operands));
    for (const product of own!) multiply(bound, product);
    this.#wait();
    operands.collect();
  }

  /** Ends the threads. @returns whether they were there */
  end(): boolean {
    const ran = !this.#ended;
    this.#ended = true;
    if (ran) for (const worker of this.#workers) void worker.terminate();
    return ran;
  }

  #scratchesEnd(): number {
    return this.#workers.length * this.#scratchBytes;
  }

  #start(thread: number, share: readonly Product[], operands: SharedOperands): void {
    const scratch = thread * this.#scratchBytes;
    const placed = share.map((product) => operands.place(product));
    const numbers = placed.flatMap((product) =>
      [...multiplyArguments(product), scratch].map(Number),
    );
    const at = operands.allocate(numbers.length);
    new Int32Array(this.#memory.buffer, at, numbers.length).set(numbers);
    const control = this.#control;
    const own = 2 + 3 * thread;
    control.set([at, share.length], own + 1);
    Atomics.add(control, 0, 1);
    Atomics.add(control, own, 1); // a thread that sees this sees the writes above
    Atomics.notify(control, own);
  }

  #wait(): void {
    for (let left; (left = Atomics.load(this.#control, 0)) > 0;) {
      if (Atomics.wait(this.#control, 0, left, PATIENCE) !== 'timed-out') continue;
      this.#failure ??= new Error(`no answer for ${PATIENCE / 1000} s`);
      break;
    }
    if (Atomics.load(this.#control, 1) !== 0) this.#failure ??= new Error('a product trapped');
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure === undefined) return;
    throw broken(String(this.#failure), 'Run without threads, and report this.', this.#failure);
  }
}

function ready(worker: Thread): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('message', () => resolve());
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a thread ended with code ${String(code)}`)));
  });
}

function broken(got: string, fix: string, cause?: unknown) {
  return fail('KERNELS_THREAD', {
    asked: `A thread of the wasm backend failed: ${got}`,
    fix,
    cause,
  });
}
