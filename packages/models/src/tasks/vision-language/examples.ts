import type { Rng } from '@moekit/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { argMax, dispose, tidy } from '@tensorflow/tfjs-core';

import { SUMS, perToken } from '../../metrics/per-token.js';
import type { ExampleToken, TaskExample } from '../../task.js';
import { asTensors } from './as-tensors.js';
import type { Drawn, Source } from './draw-batch.js';
import { draw, joinDrawn } from './draw-batch.js';
import type { VisionLanguageModel } from './vision-language-model.js';
import { END } from './vocabulary.js';

/**
 * The first held-out pictures with their questions, what the model says, and what computed each patch and word when
 * nothing is dropped.
 * @param options.rng that held-out pictures are drawn from
 */
export async function traceExamples(
  model: VisionLanguageModel,
  source: Source,
  { count, rng }: { readonly count: number; readonly rng: Rng },
): Promise<TaskExample[]> {
  if (count < 1) return [];
  const drawn = Array.from({ length: count }, (_, i) =>
    draw(source, 'heldOut', rng.fork(String(i))),
  );
  const { said, layers } = await readPass(model, drawn);
  let read = 0;
  return drawn.map((each, i) => {
    const ids = each.sequence.targets.map(({ inAnswer }) => ({ inAnswer, id: said[read++]! }));
    const words = ids.filter(({ inAnswer }) => inAnswer).map(({ id }) => id);
    return {
      texts: textsOf(
        each,
        words.map((id) => source.vocabulary.wordOf(id)),
      ),
      picture: pictureOf(each),
      tokens: tokensOf(each, source, { layers, first: i * source.layout.length }),
    };
  });
}

interface PassNumbers {
  /** [N] likeliest word of each target. */
  readonly said: ArrayLike<number>;
  /** [T * 3] of each MoE layer, see perToken. */
  readonly layers: readonly ArrayLike<number>[];
}

async function readPass(model: VisionLanguageModel, drawn: readonly Drawn[]): Promise<PassNumbers> {
  const [said, ...layers] = tidy(() => {
    const input = asTensors(joinDrawn(drawn));
    const { logits, routings } = model.forward(input, { training: false, dropFree: true });
    return [argMax<Tensor1D>(logits, 1), ...routings.map(perToken)];
  }) as [Tensor1D, ...Tensor2D[]];
  const numbers = {
    said: await said.data(),
    layers: await Promise.all(layers.map((t) => t.data())),
  };
  dispose([said, ...layers]);
  return numbers;
}

/** The model's answer, up to its end token; later words are dropped. */
function textsOf({ question }: Drawn, words: readonly string[]): Record<string, string> {
  const until = words.indexOf(END);
  return {
    question: question.text.join(' '),
    answer: question.answer.join(' '),
    modelAnswer: words.slice(0, until < 0 ? words.length : until).join(' '),
  };
}

function pictureOf({ scene: { width, height }, pixels }: Drawn) {
  return { width, height, pixels: Array.from(pixels) };
}

function tokensOf(
  { sequence }: Drawn,
  { layout, vocabulary }: Source,
  { layers, first }: { layers: PassNumbers['layers']; first: number },
): ExampleToken[] {
  const column = (t: number, name: (typeof SUMS)[number]) =>
    layers.map((layer) => layer[(first + t) * SUMS.length + SUMS.indexOf(name)]!);
  return sequence.groups.flatMap((group, t): ExampleToken[] => {
    if (!group) return [];
    const cost = { experts: column(t, 'experts'), slots: column(t, 'slots') };
    return t < layout.patches
      ? [{ text: group, region: regionOf(t, layout), ...cost }]
      : [{ text: vocabulary.wordOf(sequence.tokens[t - layout.patches]!), ...cost }];
  });
}

function regionOf(index: number, { columns, patch }: Source['layout']) {
  const [row, column] = [Math.floor(index / columns), index % columns];
  return { x: column * patch, y: row * patch, width: patch, height: patch };
}
