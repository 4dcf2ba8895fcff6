import { isMoekitError } from '@moekit/kernels';

import type { BackendFinding } from '../find/find-backends.js';
import { verify } from '../install/verify.js';
import type { Check } from './verdict.js';

/** Milliseconds in which it must have computed. */
const LIMIT = 60_000;

/** Computes with the installed TensorFlow in a fresh process; no check where none is installed, or starts. */
export async function checkComputes(backends: readonly BackendFinding[]): Promise<Check[]> {
  const installed = backends.find((backend) => backend.installed && backend.usable)?.installed;
  if (!installed) return [];
  try {
    const { device, gpu, cuda, cudnn } = await verify(installed.dir, {
      signal: AbortSignal.timeout(LIMIT),
    });
    const on = device === 'cuda' ? `${gpu}, CUDA ${cuda}, cuDNN ${cudnn}` : 'the CPU';
    return [{ verdict: 'ok', text: `tensorflow computes products and gradients on ${on}` }];
  } catch (error) {
    if (!isMoekitError(error)) throw error;
    const fix = 'moekit backend install tensorflow --force';
    return [{ verdict: 'problem', text: `tensorflow: ${error.detail.got ?? error.message}`, fix }];
  }
}
