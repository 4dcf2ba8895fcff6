import type { Tensor1D } from '@tensorflow/tfjs-core';

import { fail } from '../errors/codes.js';
import type { DispatchPlan } from './plan.js';

type Sizes = Pick<DispatchPlan, 'numTokens' | 'numExperts' | 'numRows'>;

/**
 * A plan that never left the device: sizes on the host, everything else in one int32 tensor.
 * Its arrays are not on the host: reading one is the coded error `KERNELS_SYNC_READ`.
 */
export class DevicePlan implements DispatchPlan {
  readonly numTokens: number;
  readonly numExperts: number;
  readonly numRows: number;
  /** A table that cannot be made again; enumerable, so that a tidy which returns the plan keeps it. */
  readonly owned: Tensor1D | undefined;
  readonly #make: () => Tensor1D;
  #made: Tensor1D | undefined;

  /** @param table the tensor, or how to make it where that takes nothing but the sizes */
  constructor({ numTokens, numExperts, numRows }: Sizes, table: Tensor1D | (() => Tensor1D)) {
    this.numTokens = numTokens;
    this.numExperts = numExperts;
    this.numRows = numRows;
    this.owned = typeof table === 'function' ? undefined : table;
    this.#make = typeof table === 'function' ? table : () => table;
  }

  /** Made again once the tidy that used it last is over: such a plan may be kept as host plans may. */
  get table(): Tensor1D {
    if (this.owned) return this.owned;
    if (!this.#made || this.#made.isDisposed) this.#made = this.#make();
    return this.#made;
  }

  // Accessors of a class are not enumerable, so tfjs's tidy, which walks what it returns, does not trip over them.
  get tokenIndices(): Int32Array {
    return notOnHost('tokenIndices');
  }
  get expertIndices(): Int32Array {
    return notOnHost('expertIndices');
  }
  get expertOffsets(): Int32Array {
    return notOnHost('expertOffsets');
  }
  get tokenOffsets(): Int32Array {
    return notOnHost('tokenOffsets');
  }
  get tokenRows(): Int32Array {
    return notOnHost('tokenRows');
  }
}

function notOnHost(member: string): never {
  throw fail('KERNELS_SYNC_READ', {
    asked: `plan.${member} needs a plan on the host`,
    got: 'a plan that lives on the device',
    fix: 'Use the operations of @moekit/kernels, or await plan.table.data().',
  });
}
