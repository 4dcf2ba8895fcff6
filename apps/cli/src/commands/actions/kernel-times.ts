import { runKernelTimes } from '@moekit/bench';

import type { KernelTimesFlags } from '../kernel-times.js';
import { renderBars, renderKernelTimes } from '../../output/kernel-times.js';
import { outputColumns, print } from '../../output/terminal.js';

/**
 * Times the kernels at fixed shapes next to dense layers, loops and PyTorch's layers.
 * @returns the exit code      @throws coded errors for bad input
 */
export async function kernelTimes(flags: KernelTimesFlags): Promise<number> {
  const { backend = 'auto', only, repeats } = flags;
  const peers = flags.peers === true ? 'python3' : flags.peers;
  const run = await runKernelTimes({ backend, only, peers, repeats, warmUp: 2, seed: 1 });
  const columns = outputColumns(flags);
  print(flags.json ? `${JSON.stringify(run, null, 2)}\n` : renderKernelTimes(run, columns));
  if (flags.check && !flags.json) print(renderBars(run.bars, columns));
  return 0;
}
