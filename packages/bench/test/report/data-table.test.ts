import { expect, test } from 'vitest';

import { numbers } from '../../src/report/page/data-table.js';
import { toCsv } from '../../src/results/data-table.js';

const table = {
  name: 'loads',
  columns: ['router', 'share'],
  rows: [
    ['a "quoted", name', 1 / 3],
    ['=SUM(A1)', null],
  ],
} as const;

test('CSV quotes what it must, keeps every digit and starts no formula', () => {
  expect(toCsv(table)).toBe(`router,share\r\n"a ""quoted"", name",${1 / 3}\r\n'=SUM(A1),\r\n`);
});

test('the page holds the table and the same numbers as a file', () => {
  const html = String(numbers({ ...table, rows: [['<b>', 0.25]] }));
  expect(html).toContain('<th scope="row">&lt;b&gt;</th><td>0.25</td>');
  const file = /href="data:text\/csv;charset=utf-8,([^"]*)"/.exec(html)![1]!;
  expect(decodeURIComponent(file)).toBe('router,share\r\n<b>,0.25\r\n');
});

test('a long table is cut on the page and whole in the file', () => {
  const rows = Array.from({ length: 500 }, (_, i) => [`row ${i}`, i] as const);
  const html = String(numbers({ ...table, rows }));
  expect(html).not.toContain('<th scope="row">row 450');
  expect(html).toContain('The first 200 of 500 rows');
  expect(html).toContain('row%20499,499');
});
