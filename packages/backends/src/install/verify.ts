import type { Verification } from '../tensorflow/manifest.js';
import { verificationSchema } from '../tensorflow/manifest.js';
import { fail } from '../errors.js';
import { runProcess } from '../process/run-process.js';
import { lastError } from './network.js';

export interface VerifyOptions {
  readonly signal?: AbortSignal;
  /** Fails unless TensorFlow runs on a GPU. */
  readonly expectGpu?: boolean;
}

/**
 * Computes products and gradients with an installed backend in a fresh process.
 * @throws BACKEND_VERIFY
 */
export async function verify(dir: string, options: VerifyOptions = {}): Promise<Verification> {
  const script = new URL('./verify-process.js', import.meta.url).pathname;
  const { exitCode, stdout, stderr } = await runProcess(
    process.execPath,
    [decodeURIComponent(script), dir],
    options,
  );
  const found = verificationSchema.safeParse(lastJson(stdout));
  if (exitCode !== 0 || !found.success) throw wrong(lastError(stderr));
  if (options.expectGpu && found.data.device !== 'cuda') {
    throw wrong('TensorFlow running on the CPU although CUDA was asked for');
  }
  return found.data;

  function wrong(got: string) {
    return fail('BACKEND_VERIFY', {
      asked: `The backend in ${dir} must compute products and gradients correctly`,
      got,
      fix: 'Run moekit doctor; moekit backend install tensorflow --force builds it again.',
    });
  }
}

function lastJson(output: string): unknown {
  try {
    return JSON.parse(output.trim().split('\n').at(-1)!);
  } catch {
    return undefined;
  }
}
