import type { AdapterSummary } from '@moekit/kernels/dawn';
import { startDawn } from '@moekit/kernels/dawn';

import { probeAdapter } from '../machine/probe-adapter.js';
import type { Backend } from './backend.js';

const RANK = { hardware: 10, software: 50 } as const;
const MODULE = '@tensorflow/tfjs-backend-webgpu';

/** WebGPU by Dawn. `auto` chooses it on a hardware adapter only; it is usable on any, known or not. */
export const webgpu: Backend<'webgpu'> = {
  name: 'webgpu',
  find: ({ resolves, adapter }) => {
    const missing = ['webgpu', MODULE].filter((name) => !resolves(name));
    const found = missing.length === 0;
    return {
      found,
      usable: found,
      module: MODULE,
      reason: found ? reasonFor(adapter) : `${missing.join(' and ')} not installed`,
      howToGet: found ? '' : `npm install ${missing.join(' ')}`,
      rank: adapter?.software === false ? RANK.hardware : RANK.software,
    };
  },
  describe: async () => ({ adapter: (await probeAdapter())?.name ?? 'unknown' }),
  load: async () => ({ adapter: (await startDawn()).name }),
};

function reasonFor(adapter: AdapterSummary | undefined): string {
  if (!adapter) return 'on an adapter that Dawn finds; ask for it with --backend webgpu';
  if (!adapter.software) return `on ${adapter.name}, nothing is read back`;
  return `${adapter.name} computes on the processor; ask for it with --backend webgpu`;
}
