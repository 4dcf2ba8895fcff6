import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/tour.md'), 'utf8');
const quotes = [...page.matchAll(/```ts (\S+)\n([\s\S]*?)```/g)].map(([, file, lines]) => ({
  file: file!,
  lines: trimmed(lines!),
}));

function trimmed(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter(Boolean); // prettier-ignore
}

describe('docs/tour.md', () => {
  it('goes through six files', () => expect(quotes).toHaveLength(6));

  it.each(quotes)('quotes $file as it is, in its order', ({ file, lines }) => {
    const source = trimmed(readFileSync(join(root, file), 'utf8'));
    let from = 0;
    for (const line of lines) {
      const at = source.indexOf(line, from);
      expect(at, `${line} after line ${from} of ${file} without its empty ones`).not.toBe(-1);
      from = at + 1;
    }
  });
});
