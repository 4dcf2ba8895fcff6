import { isMoekitError } from '@moekit/kernels';

import type { BackendFinding } from '../find/find-backends.js';
import { verify } from '../install/verify.js';
import type { Check } from './verdict.js';

/** Computes with the installed TensorFlow in a fresh process; no check where none is installed. */
export async function checkComputes(backends: readonly BackendFinding[]): Promise<Check[]> {
  const installed = backends.find((backend) => backend.installed)?.installed;
  if (!installed) return [];
  try {
    const { device, gpu, cuda, cudnn } = await verify(installed.dir);
    const on = device === 'cuda' ? `${gpu}, CUDA ${cuda}, cuDNN ${cudnn}` : 'the CPU';
    return [{ verdict: 'ok', text: `tensorflow computes products and gradients on ${on}` }];
  } catch (error) {
    if (!isMoekitError(error)) throw error;
    const fix = 'moekit backend install tensorflow --force';
    return [{ verdict: 'problem', text: `tensorflow: ${error.detail.got ?? error.message}`, fix }];
  }
}
