import { readFileSync } from 'node:fs';

import type { RoutingFigure } from '@moekit/core';
import { ROUTING_FIGURES } from '@moekit/core';
import { expect, it } from 'vitest';

const page = readFileSync(new URL('../benchmark-method.md', import.meta.url), 'utf8');

it('docs/benchmark-method.md has a row for each figure of routing, with its label and its better way', () => {
  const rows = page.matchAll(/^\| `(\w+)` +\| (.+?) +\| .+? +\| (lower|higher|) +\|$/gm);
  const documented = [...rows].map(([, name, label, better]) => [name, label, better || null]);
  const figures = Object.entries<RoutingFigure>(ROUTING_FIGURES);
  expect(documented).toEqual(figures.map(([name, { label, better }]) => [name, label, better]));
});
