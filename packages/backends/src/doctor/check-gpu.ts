import { spawnSync } from 'node:child_process';

import { gpuVisible } from '../tensorflow/gpu-visible.js';
import type { Check } from './verdict.js';

const QUERY = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'];

/** Name, driver and memory of each NVIDIA GPU; nothing on a machine without one. */
export function checkGpu(): Check[] {
  if (!gpuVisible()) return [];
  const { status, stdout } = spawnSync('nvidia-smi', QUERY, { encoding: 'utf8', timeout: 10_000 });
  if (status !== 0) {
    const text = 'GPU: an NVIDIA device, but nvidia-smi does not answer';
    return [{ verdict: 'problem', text, fix: 'install or update the NVIDIA driver' }];
  }
  return stdout
    .trim()
    .split('\n')
    .map((line) => ({ verdict: 'ok', text: `GPU: ${line.trim()}` }));
}
