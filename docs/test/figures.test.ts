import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

// @ts-expect-error a script of the site, without types
import { drawings } from '../site/figures/all.mjs';

const docs = join(import.meta.dirname, '..');
const results = readFileSync(join(docs, 'results.md'), 'utf8');
const drawn = (drawings as () => [string, string][])();

/** A drawing's words, and its coordinates apart: an interval's last digits depend on how its quantile is computed. */
function parts(svg: string) {
  const number = /(?<=[="(, MLhv])-?\d+(?:\.\d+)?/g;
  return { words: svg.replaceAll(number, '#'), numbers: (svg.match(number) ?? []).map(Number) };
}

describe('pictures of results', () => {
  it.each(drawn)(
    '%s is what docs/results holds (node docs/site/figures/write.mjs)',
    (name, text) => {
      const [kept, now] = [readFileSync(join(docs, 'images', name), 'utf8'), text].map(parts);
      expect(kept!.words).toEqual(now!.words);
      kept!.numbers.forEach((number, i) =>
        expect(Math.abs(number - now!.numbers[i]!)).toBeLessThan(0.1),
      );
    },
  );

  it('docs/results.md shows every plot', () => {
    const plots = readdirSync(join(docs, 'images/results'));
    expect(drawn.map(([name]) => name)).toEqual(
      expect.arrayContaining(plots.map((name) => `results/${name}`)),
    );
    for (const name of plots) expect(results).toContain(`](images/results/${name})`);
  });

  it('a plot has the means that the table below it has', () => {
    for (const [, name, table] of results.matchAll(
      /\]\(images\/results\/([\w-]+)\.svg\)([\s\S]*?)<\/details>/g,
    )) {
      const [, plot] = drawn.find(([file]) => file === `results/${name}.svg`)!;
      const means = [...plot.matchAll(/>([+−]\d\.\d{3})</g)].map(([, mean]) => mean!);
      const rows = table!
        .split('\n')
        .filter((line) => /^\| [^-]/.test(line))
        .slice(1);
      const inTable = rows.filter((line) => means.some((mean) => line.includes(mean)));
      expect(inTable.length, name).toBeGreaterThanOrEqual(Math.min(rows.length - 1, means.length));
    }
  });
});
