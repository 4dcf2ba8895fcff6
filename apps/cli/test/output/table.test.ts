import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';

import { paint, printable } from '../../src/output/paint.js';
import type { Column } from '../../src/output/table/columns.js';
import { renderTable } from '../../src/output/table/render-table.js';
import { expectToFit, WIDTHS } from './widths.js';

interface Row {
  readonly name: string;
  readonly a: number;
}

const number = (head: string, importance: number): Column<Row> => ({
  head,
  align: 'right',
  importance,
  cell: ({ a }) => a.toFixed(3),
});
const COLUMNS: readonly Column<Row>[] = [
  {
    head: 'router',
    importance: 0,
    least: 16,
    cell: ({ name }) => ({ text: name, paint: paint.green }),
  },
  number('bits/byte ± sd', 0),
  number('− base', 0),
  ...['tok/s', 'params', 'peak MiB', 'FLOPs/tok measured'].map((head, i) => number(head, i + 1)),
];

/** Letters, spaces, East Asian, emoji of several code points, combining marks, colours and tabs of somebody else. */
const piece = fc.constantFrom(
  ...[
    'a',
    'W',
    '9',
    ' ',
    '=',
    '路',
    '由',
    '한',
    'ﾊ',
    '😀',
    '👩‍👩‍👧',
    '🇩🇪',
    'e\u0301',
    'n\u0303',
    '\t',
    '\n',
  ],
  ...['\u001b[31m', '\u202e', 'threshold?threshold=0.5&capacityFactor=1.25'],
);
const names = fc
  .array(piece, { minLength: 0, maxLength: 30 })
  .map((parts) => parts.join('').slice(0, 60));
const rows = fc.array(
  fc.record({ name: names, a: fc.double({ min: -9e5, max: 9e5, noNaN: true }) }),
  {
    minLength: 1,
    maxLength: 50,
  },
);

describe('the table', () => {
  test('no line is wider than the terminal, whatever the names', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom(20, 27, ...WIDTHS), (some, columns) => {
        const text = printable(renderTable(some, COLUMNS, { columns }));
        for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      }),
      { numRuns: 150 },
    );
  });

  test('every character of a name is shown, in order', () => {
    fc.assert(
      fc.property(names, fc.constantFrom(...WIDTHS), (name, columns) => {
        const shown = printable(renderTable([{ name, a: 1 }], COLUMNS, { columns }), false);
        const letters = (text: string) => text.normalize().replace(/[\s─]/gu, '');
        const rest = letters(shown.replace(/Not shown[^]*/, ''));
        const only = [...letters(printable(name.replaceAll('\n', ' '), false))];
        let at = 0;
        for (const character of rest) if (character === only[at]) at++;
        expect(at).toBe(only.length);
      }),
      { numRuns: 200 },
    );
  });

  test('columns go by importance, and the rest is named; none goes where lines are whole', () => {
    const some = [{ name: 'threshold', a: 1 }];
    const headOf = (columns: number) => renderTable(some, COLUMNS, { columns });
    expect(printable(headOf(60), false)).not.toContain('Not shown');
    expect(printable(headOf(50), false)).toContain('tok/s');
    expect(printable(headOf(50), false)).toMatch(
      /Not shown in 50 columns: .*FLOPs\/tok\s+measured/,
    );
    expect(headOf(Infinity)).not.toContain('Not shown');
    for (const { head } of COLUMNS) expect(headOf(Infinity)).toContain(head.split(' ')[0]);
  });

  test('East Asian names, emoji and combining marks keep the columns in line', () => {
    const some = ['latin', '路由器', '😀 emoji', 'e\u0301te\u0301'].map((name) => ({
      name,
      a: 0.5,
    }));
    const [, , ...body] = printable(
      renderTable(some, COLUMNS.slice(0, 2), { columns: 80 }),
      false,
    ).split('\n');
    const ends = body.map((line) => stringWidth(line));
    expect(new Set(ends).size).toBe(1);
  });

  test('a column of figures stays whole where a name is long: the name is broken, or gets its own line', () => {
    const name = 'threshold?threshold=0.5&capacityFactor=1.25&minCapacity=16ab';
    for (const columns of WIDTHS) {
      const text = printable(renderTable([{ name, a: 123456.789 }], COLUMNS, { columns }), false);
      expect(text).toContain('123456.789  123456.789');
      expectToFit(text, columns);
    }
  });

  test('groups have a heading each, once', () => {
    const some = ['x1', 'x2', 'y1'].map((name) => ({ name, a: 1 }));
    const text = renderTable(some, COLUMNS, {
      columns: 80,
      group: ({ name }) => `group ${name[0]}`,
    });
    expect(text.match(/group x/g)).toHaveLength(1);
    expect(text.indexOf('group y')).toBeGreaterThan(text.indexOf('x2'));
  });

  test('no rows: a head and a rule', () => {
    expect(printable(renderTable([], COLUMNS, { columns: 80 }), false)).toMatch(/router[^]*─$/);
  });
});
