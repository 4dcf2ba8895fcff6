import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';

import type { Results } from '../../src/index.js';
import { renderReport } from '../../src/index.js';
import { sampleResults } from '../sample-results.js';

const about = { question: 'q', claim: 'c', decision: 'd' };
const input = {
  name: 'an experiment',
  about,
  routers: [{ router: 'dense' }, { router: 'topk', label: 'top' }, { router: 'switch' }],
  seeds: [1, 2],
};

const example = {
  texts: { question: 'how many?', modelAnswer: '2' },
  picture: { width: 2, height: 1, pixels: [0, 255] },
  tokens: [
    { text: 'patch', region: { x: 0, y: 0, width: 1, height: 1 }, experts: [0], slots: [2] },
  ],
};

/** Results in which every kind of text occurs, with errors, groups of tokens, pictures and an answer. */
function everyText(): Results {
  const run = sampleResults(input, (label, seed) =>
    label === 'switch' && seed === 2 ? undefined : 3,
  );
  const rows = run.rows.map((row) => ({
    ...row,
    trials: row.trials.map((trial) => ({
      ...trial,
      examples: [example],
      trainingCurve: trial.trainingCurve.map((part) => ({
        ...part,
        metrics: { ...part.metrics, 'intensity.vision': 0.1 },
      })),
    })),
  }));
  return { ...run, rows, answer: { sentence: 'Not distinguishable.', findings: ['one'] } };
}

/** The page without its text: the tags, and the attributes that run or fetch. */
function skeleton(page: string) {
  const { document } = parseHTML(page);
  const all = [...document.querySelectorAll('*')] as unknown as {
    localName: string;
    attributes: Iterable<{ name: string; value: string }>;
  }[];
  const attributes = all.flatMap(({ attributes: each }) => [...each]);
  return {
    tags: new Set(all.map(({ localName }) => localName)),
    names: new Set(attributes.map(({ name }) => name)),
    addresses: attributes
      .filter(({ name }) => /href|src|style/.test(name))
      .map(({ value }) => value),
    text: document.body.textContent,
  };
}

/** The same value with a text of one's own after every string, keys of open records among them. */
function poisoned<Value>(value: Value, poison: string, path: readonly string[] = []): Value {
  const here = path.join('.');
  if (typeof value === 'string') return (KEPT.test(here) ? value : value + poison) as Value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value))
    return value.map((item) => poisoned(item, poison, [...path, '*'])) as Value;
  const entries = Object.entries(value).map(([key, item]) => [
    OPEN.test(here) ? key + poison : key,
    poisoned(item, poison, [...path, key]),
  ]);
  return Object.fromEntries(entries) as Value;
}

/** Words that the code compares with; a schema allows no others. */
const KEPT = /^schema$|better$|activation$|\.init$/;
/** Records whose keys are foreign, metrics among them. */
const OPEN =
  /(versions|details|files|options|experiment\.data|texts|metrics|limited|dropFree|measured)$/;

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='alert(1)",
  '</style><script>alert(1)</script>',
  '</title></svg></table><iframe src="https://example.org">',
  '&quot; onfocus=&quot;alert(1)',
  '<!-- ',
  ']]><b>',
  '${alert(1)} `',
  '\ud800',
  '\udc00 half',
  '\u0000\u0008\u001b[31m',
  '\u202e\u2066',
  '=HYPERLINK("https://example.org")',
  'javascript:alert(1)',
];

describe('a page of results whose every text is hostile', () => {
  const run = everyText();

  async function assertHarmless(poison: string): Promise<void> {
    const page = await renderReport(poisoned(run, poison));
    const { tags, names, addresses, text } = skeleton(page);
    const clean = skeleton(await renderReport(poisoned(run, ' x')));
    expect([...tags].filter((tag) => !clean.tags.has(tag))).toEqual([]);
    expect([...names].filter((name) => !clean.names.has(name))).toEqual([]);
    for (const address of addresses)
      expect(address).toMatch(/^(#[\w-]+$|data:text\/csv|data:application\/json|background:)/);
    const readable = poison.replace(
      /\p{Surrogate}|(?![\t\n\r])\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
      '\uFFFD',
    );
    for (const word of ['an experiment', 'dense', 'top', 'how many?', 'one'])
      expect(text).toContain(word + readable);
    expect(page).not.toMatch(/\p{Surrogate}|(?![\t\n\r])\p{Cc}/u);
  }

  test.each(HOSTILE)('%j is text', assertHarmless, 30_000);

  test('so is any other', async () => {
    const part = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' }), fc.string());
    const texts = fc
      .array(part, { minLength: 1, maxLength: 3 })
      .map((parts) => `x${parts.join('')}x`);
    await fc.assert(fc.asyncProperty(texts, assertHarmless), { numRuns: 15 });
  }, 120_000);
});

test('a policy forbids scripts and requests, before anything that it could stop', async () => {
  const page = await renderReport(everyText());
  const { document } = parseHTML(page);
  const [charset, policy] = [...document.querySelectorAll('head > *')];
  expect(charset!.getAttribute('charset')).toBe('utf-8');
  expect(policy!.getAttribute('http-equiv')).toBe('Content-Security-Policy');
  expect(policy!.getAttribute('content')).toBe(
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
  );
});

test('an error of 5 MB does not make a page of 5 MB', async () => {
  const run = everyText();
  const message = 'x'.repeat(5e6);
  const errors = [{ seed: 1, code: 'BENCH_TRIAL', message }];
  const page = await renderReport({ ...run, rows: run.rows.map((row) => ({ ...row, errors })) });
  expect(page.length).toBeLessThan(1e6);
  expect(page).toContain('5000');
});
