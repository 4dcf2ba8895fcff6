import type { TokenData } from '@moekit/data';
import { huggingFaceTokenizer } from '@moekit/data';

import type { LanguageModel } from '../../contract.js';
import { pieceOf } from '../../generation/route-text.js';
import { routeWindow } from '../../generation/route-window.js';
import type { TaskExample } from '../../task.js';
import { evenBatches } from './batches.js';

/** Tokens of an example, and experts of a token, that are kept: results stay small. */
const [LONGEST, LISTED] = [64, 8];

/**
 * Windows of the held-out split, spread evenly over it, with the experts that computed each token when nothing is dropped.
 * None for a dense model, and none for data whose tokenizer is not known.
 */
export async function textExamples(
  model: LanguageModel,
  { tokenizerFile, name, validation }: TokenData,
  count: number,
): Promise<TaskExample[]> {
  if (count < 1 || tokenizerFile === undefined || model.moeLayers.length === 0) return [];
  const tokenizer = huggingFaceTokenizer(JSON.parse(tokenizerFile) as never, name);
  const length = Math.min(model.config.contextLength, LONGEST);
  const windows = evenBatches({ tokens: validation }, { batchSize: 1, batches: count, length });
  const examples: TaskExample[] = [];
  for (const { tokens: ids } of windows) {
    const { routes, slots } = await routeWindow(model, ids);
    const tokens = Array.from(ids, (id, t) => ({
      text: pieceOf(tokenizer, id),
      experts: routes.map((layer) => layer[t]!.experts.length),
      slots: slots.map((layer) => layer[t]!),
      routes: routes.map((layer) => layer[t]!.experts.slice(0, LISTED)),
    }));
    examples.push({ texts: {}, tokens });
  }
  return examples;
}
