import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { trainBpe } from '../../../packages/data/src/tokenizers/bpe/train-bpe.js';
import { loadTokens } from '../../../packages/data/src/load-tokens.js';
import type { Target } from '../target.js';
import { must } from '../target.js';

const sample =
  'Grüße, naïve façade: 漢字かな 🙂👩‍👩‍👧 मानक \u00a0 \ufeffa->+a  x\r\n\tfoo_bar 12,345.6 ';

interface Goldens {
  readonly models: Readonly<Record<string, object>>;
  readonly cases: readonly {
    readonly name: string;
    readonly model: string;
    readonly options: object;
    readonly file: object;
  }[];
}

/** One of each kind that is read: patterns, NFC and added tokens, byte fallback with either prefix. */
const KINDS = ['llama 3', 'neox', 'deepseek 3', 'llama 2', 'mistral'];

function goldenFiles(): object[] {
  const path = '../../../packages/data/test/goldens/tokenizers.json';
  const { models, cases } = JSON.parse(
    readFileSync(new URL(path, import.meta.url), 'utf8'),
  ) as Goldens;
  return cases
    .filter(({ name }) => KINDS.includes(name))
    .map(({ model, options, file }) => ({ ...file, model: { ...models[model], ...options } }));
}

/** A text that is read under it has ids of its vocabulary, in bounded time. */
const tokenizer: Target = {
  name: 'tokenizer',
  form: 'json',
  seeds: () =>
    [trainBpe([sample.repeat(3)], { vocabSize: 300 }), ...goldenFiles()].map((json) =>
      Buffer.from(JSON.stringify(json)),
    ),
  async read(input, folder) {
    writeFileSync(join(folder, 'text.txt'), sample.repeat(40) + 'a'.repeat(5000));
    writeFileSync(join(folder, 'tokenizer.json'), input);
    const tokens = await loadTokens({
      source: join(folder, 'text.txt'),
      tokenizer: join(folder, 'tokenizer.json'),
    });
    for (const ids of [tokens.train, tokens.validation] as Int32Array[]) {
      must(ids.length > 0, 'it has no tokens');
      must(
        ids.every((id) => id >= 0 && id < tokens.vocabSize),
        'an id is outside of its vocabulary',
      );
    }
    must(tokens.vocabSize < 2 ** 24, `a model for it has ${tokens.vocabSize} rows`);
  },
};

export const tokenizers = [tokenizer];
