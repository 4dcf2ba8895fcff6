import { readFileSync } from 'node:fs';

import { backendErrors } from '@moekit/backends';
import { benchErrors } from '@moekit/bench';
import { coreErrors } from '@moekit/core';
import { dataErrors } from '@moekit/data';
import { kernelErrors } from '@moekit/kernels';
import { modelErrors } from '@moekit/models';
import { createErrors } from 'create-moekit';
import { cliErrors } from 'moekit';
import { expect, it } from 'vitest';

const tables = {
  kernelErrors,
  coreErrors,
  dataErrors,
  modelErrors,
  benchErrors,
  backendErrors,
  cliErrors,
  createErrors,
};

it('docs/errors.md lists every code with its meaning, and no other', () => {
  const text = readFileSync(new URL('../errors.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` +\| (.+?) +\|/gm)].map(([, code, meaning]) => [
    code,
    meaning,
  ]);
  const codes = Object.values(tables).flatMap((table) => Object.entries(table));
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(codes));
  expect(rows).toHaveLength(codes.length);
});

it('no two packages share a code', () => {
  const codes = Object.values(tables).flatMap((table) => Object.keys(table));
  expect(new Set(codes).size).toBe(codes.length);
});
