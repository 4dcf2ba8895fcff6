import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { huggingFaceTokenizer } from '../src/tokenizers/hugging-face-tokenizer.js';

/** Ids of the tokenizers library (goldens/make-tokenizers.py). */
const golden = JSON.parse(
  readFileSync(new URL('goldens/tokenizers.json', import.meta.url), 'utf8'),
) as {
  tokenizers: string;
  models: Record<string, object>;
  texts: string[];
  cases: { name: string; model: string; options: object; file: object; ids: number[][] }[];
};

const utf8 = new TextEncoder();
const built = golden.cases.map(({ name, model, options, file, ids }) => {
  const json = { ...file, model: { ...golden.models[model], ...options } };
  return { name, ids, tokenizer: huggingFaceTokenizer(json, name), lossy: model === 'some' };
});

describe(`ids are those of tokenizers ${golden.tokenizers}`, () => {
  test.each(built)('$name', ({ ids, tokenizer }) => {
    golden.texts.forEach((text, i) => {
      expect(Array.from(tokenizer.encode(utf8.encode(text))), JSON.stringify(text)).toEqual(ids[i]);
    });
  });
});

test.each(built.filter(({ lossy }) => !lossy))(
  '$name: a text that it keeps comes back byte for byte',
  ({ tokenizer }) => {
    const text = utf8.encode('Grüße an 日本 😀 \ufeff x\u2028y\r\n\n  z 12345');
    expect(tokenizer.decode(tokenizer.encode(text))).toEqual(text);
  },
);

test.each(built)('$name: cut where it may be, a text has the ids of the whole', ({ tokenizer }) => {
  const pieces = [...golden.texts, ' a', 'b\n', 'c\n\nd', 'x ', '字\n字', 'слово ', "it's"];
  const property = fc.property(
    fc.array(fc.constantFrom(...pieces), { maxLength: 12 }),
    fc.nat(200),
    (parts, from) => {
      const text = utf8.encode(parts.join(''));
      const ids: number[] = [];
      for (let at = 0; at < text.length;) {
        const end = tokenizer.cut!(text, at + 1 + from);
        ids.push(...tokenizer.encode(text.subarray(at, end), at > 0));
        at = end;
      }
      expect(ids).toEqual(Array.from(tokenizer.encode(text)));
    },
  );
  fc.assert(property, { numRuns: 100 });
});
