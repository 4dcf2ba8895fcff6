import type { Bar, KernelTimes } from '@moekit/bench';
import { runKernelTimes } from '@moekit/bench';
import Table from 'cli-table3';

import type { KernelTimesFlags } from '../kernel-times.js';
import { print } from '../../output/terminal.js';

/**
 * Times the kernels at fixed shapes next to dense layers, loops and PyTorch's layers.
 * @returns the exit code      @throws coded errors for bad input
 */
export async function kernelTimes(flags: KernelTimesFlags): Promise<number> {
  const { backend = 'auto', only, repeats } = flags;
  const peers = flags.peers === true ? 'python3' : flags.peers;
  const run = await runKernelTimes({ backend, only, peers, repeats, warmUp: 2, seed: 1 });
  print(flags.json ? `${JSON.stringify(run, null, 2)}\n` : render(run));
  if (flags.check && !flags.json) print(renderBars(run.bars));
  return 0;
}

function render({ backend, cores, repeats, times }: KernelTimes): string {
  const table = new Table({
    head: ['case', 'contender', 'pass', 'ms', 'quartiles', 'GFLOP/s', '/ dense'],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { spread, ...time } of times) {
    table.push([
      time.case,
      time.contender,
      time.pass,
      time.milliseconds.toFixed(1),
      spread.map((ms) => ms.toFixed(1)).join(' – '),
      time.gigaflopsPerSecond.toFixed(1),
      time.rateToDense.toFixed(2),
    ]);
  }
  const heading = `Backend ${backend}, ${cores} cores, median of ${repeats}, interleaved.`;
  return `${heading}\n${table.toString()}\n`;
}

function renderBars(bars: readonly Bar[]): string {
  const lines = bars.map(
    ({ text, pass, value, bound, reached }) =>
      `${reached ? 'reached    ' : 'not reached'} ${text}, ${pass}: ${value.toFixed(2)} (bar ${bound})`,
  );
  return `\n${lines.join('\n')}\n`;
}
