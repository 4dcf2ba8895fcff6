import { findAdapter } from '@moekit/kernels/dawn';

import { entryOf } from '../../spec/entry-of.js';
import type { KernelCase } from './cases.js';
import { kernelCases, softwareCases } from './cases.js';
import type { WasmKernelSets } from './kernel-sets.js';
import { wasmKernelSets } from './kernel-sets.js';

/** Differences of one backend from the others, where kernels are timed. */
interface OwnTerms {
  readonly cases?: () => Promise<readonly KernelCase[]>;
  /** Other kernels of the backend, timed in the same rounds. */
  readonly otherKernels?: () => Promise<WasmKernelSets>;
}

/** Backends with terms of their own; any other is timed at every case, with its kernels alone. */
const OWN_TERMS: Readonly<Record<string, OwnTerms>> = {
  wasm: { otherKernels: wasmKernelSets },
  webgpu: {
    cases: async () => ((await findAdapter())?.software === false ? kernelCases : softwareCases),
  },
};

/** The cases of a backend, and the kernels that its own are compared with; null where there are none. */
export async function termsOf(backend: string) {
  const { cases, otherKernels } = entryOf(OWN_TERMS, backend) ?? {};
  return { cases: (await cases?.()) ?? kernelCases, wasm: (await otherKernels?.()) ?? null };
}
