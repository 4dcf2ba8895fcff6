import type { Tensor1D } from '@tensorflow/tfjs-core';

import { fail } from './errors.js';
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
  readonly table: Tensor1D;

  constructor({ numTokens, numExperts, numRows }: Sizes, table: Tensor1D) {
    this.numTokens = numTokens;
    this.numExperts = numExperts;
    this.numRows = numRows;
    this.table = table;
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
