import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { beforeEach, afterEach, describe, expect, test, vi } from 'vitest';

import { examplesOf, pathOf } from '../../src/help/examples.js';
import { createProgram } from '../../src/program.js';
import { runCli } from '../../src/run-cli.js';
import { expectToFit, WIDTHS } from './widths.js';

let written = '';
beforeEach(() => {
  written = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const all = (command: CommandUnknownOpts): readonly CommandUnknownOpts[] => [
  command,
  ...command.commands.flatMap(all),
];
const commands = all(createProgram(() => undefined)).map(
  (command) => [pathOf(command), command] as const,
);
const words = (line: string) =>
  (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"|"$/g, ''));

describe.each(commands)('%s', (path, command) => {
  test('its help fits 40, 80 and 120 columns, and starts with examples', async () => {
    for (const columns of WIDTHS) {
      written = '';
      vi.stubEnv('COLUMNS', String(columns));
      expect(await runCli(['node', ...path.split(' '), '--help'])).toBe(0);
      expectToFit(written, columns);
      expect(written).toMatch(/^[A-Z][^]*Usage: moekit[^]*\nExamples\n[^]*\nOther\n {2}-/);
    }
  });

  test('its examples are commands that exist, with options that they have', () => {
    expect(examplesOf(command).length).toBeGreaterThan(0);
    for (const [line] of examplesOf(command)) {
      const [, ...rest] = words(line);
      let named = commands[0]![1];
      for (const word of rest) {
        const next = named.commands.find((one) => one.name() === word);
        if (next === undefined) break;
        named = next;
      }
      expect(named, line).not.toBe(commands[0]![1]);
      const flags = rest.filter((word) => word.startsWith('--') && word !== '--help');
      const known = named.options.map(({ long }) => long);
      expect(known, line).toEqual(expect.arrayContaining(flags));
      expect(line.length, line).toBeLessThanOrEqual(76);
    }
  });

  test('every option has a group', () => {
    for (const { long, helpGroupHeading } of command.options) {
      if (long !== '--version') expect(helpGroupHeading, long).not.toBe('Other');
    }
  });
});

test('moekit alone shows examples, then every command under its heading, on standard output', async () => {
  expect(await runCli(['node', 'moekit'])).toBe(0);
  const groups = ['Compare routers', 'Train and use a model', 'Look up', 'Measure speed', 'Set up'];
  const at = ['Examples', ...groups].map((heading) => written.indexOf(`\n${heading}\n`));
  expect(at).toEqual(at.toSorted((a, b) => a - b));
  expect(at[0]).toBeGreaterThan(0);
  for (const command of createProgram(() => undefined).commands)
    expect(written).toMatch(new RegExp(`\n {2}${command.name()} `));
});
