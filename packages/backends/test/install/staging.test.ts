import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { removeBackend } from '../../src/install/remove.js';
import { Staging } from '../../src/install/staging.js';
import { restore, swap } from '../../src/install/swap.js';

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'moekit-staging-'))));
afterEach(() => rmSync(home, { recursive: true }));

const folder = (name: string, text: string) => {
  mkdirSync(join(home, name), { recursive: true });
  writeFileSync(join(home, name, 'file'), text);
  return join(home, name);
};
const textIn = (name: string) => readFileSync(join(home, name, 'file'), 'utf8');

describe('staging', () => {
  const open = (inputs: unknown = 1) => new Staging(join(home, 'staging'), inputs);
  const write = (text: string) => (work: string) => {
    writeFileSync(join(work, 'file'), text);
    return Promise.resolve();
  };

  test('a step that was finished is not done again', async () => {
    await open().step('a', write('first'));
    await open().step('a', write('second'));
    expect(textIn('staging/a')).toBe('first');
  });

  test('a step that failed leaves nothing under its name, and the next run cleans up', async () => {
    const broken = open().step('a', async (work) => {
      await write('half')(work);
      throw new Error('killed');
    });
    await expect(broken).rejects.toThrow('killed');
    const next = open();
    expect(next.has('a')).toBe(false);
    await next.step('a', write('whole'));
    expect(textIn('staging/a')).toBe('whole');
  });

  test('parts made for other inputs are removed', async () => {
    await open('2.20').step('a', write('old'));
    expect(open('2.21').has('a')).toBe(false);
  });
});

describe('swap', () => {
  test('a new folder takes the place of an old one', () => {
    swap(folder('new', 'new'), folder('final', 'old').replace(/$/, ''));
    expect(textIn('final')).toBe('new');
    expect(existsSync(join(home, '.old-final'))).toBe(false);
  });

  test('cut off between its two renames, the old one goes back', () => {
    folder('.old-final', 'old');
    restore(home);
    expect(textIn('final')).toBe('old');
  });

  test('cut off behind them, the old one goes', () => {
    folder('.old-final', 'old');
    folder('final', 'new');
    restore(home);
    expect(textIn('final')).toBe('new');
    expect(existsSync(join(home, '.old-final'))).toBe(false);
  });
});

describe('remove', () => {
  test('takes what a killed installation left with it', () => {
    folder('tensorflow-2.21.0-cpu', '');
    folder('.staging-tensorflow-2.21.0-cpu', '');
    folder('.staging-tensorflow-2.20.0-gpu', '');
    expect(removeBackend(home, 'tensorflow-2.21.0-cpu')).toEqual(['tensorflow-2.21.0-cpu']);
    expect(existsSync(join(home, '.staging-tensorflow-2.21.0-cpu'))).toBe(false);
    expect(removeBackend(home, 'tensorflow')).toEqual(['tensorflow-2.20.0-gpu']);
  });

  test('of what is not there is an error that lists what is', () => {
    folder('tensorflow-2.21.0-cpu', '');
    expect(() => removeBackend(home, 'tensorflow-2.9')).toThrow(/tensorflow-2\.21\.0-cpu/);
  });
});
