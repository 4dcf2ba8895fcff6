import { sha256 } from '@moekit/data';

import { fail } from '../../errors.js';
import type { Source } from './continuation.js';

/**
 * Asserts that a run reads its text as the one whose weights it begins with: weights mean something to those ids alone.
 * @param file the text of the run's tokenizer.json; nothing is compared without one
 * @throws MODELS_CHECKPOINT_MISMATCH
 */
export function assertSameTokenizer({ path, manifest }: Source, file: string | undefined): void {
  const { tokenizer } = manifest;
  if (!tokenizer || file === undefined) return;
  if (sha256([new TextEncoder().encode(file)]) === tokenizer.sha256) return;
  throw fail('MODELS_CHECKPOINT_MISMATCH', {
    asked: `A run that begins with the weights of ${path} must have its tokenizer`,
    got: 'another one: one that is trained, such as bpe:4096, depends on its data',
    fix: `Use that of the checkpoint: --tokenizer ${path}/tokenizer.json`,
  });
}
