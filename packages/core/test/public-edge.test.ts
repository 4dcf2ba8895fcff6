import * as core from '@moekit/core';
import * as di from '@moekit/core/di';
import * as keras from '@moekit/core/keras';
import * as options from '@moekit/core/options';
import * as pieces from '@moekit/core/pieces';
import * as testing from '@moekit/core/testing';
import * as kernels from '@moekit/kernels';
import * as nn from '@moekit/kernels/nn';
import { beforeAll, expect, it } from 'vitest';

import { apart, calls } from './public-calls.js';

type Call = (...given: readonly unknown[]) => unknown;
const exported = Object.entries({
  ...kernels,
  ...nn,
  ...core,
  ...di,
  ...keras,
  ...options,
  ...pieces,
  ...testing,
});
const functions = exported.filter((entry): entry is [string, Call] => typeof entry[1] === 'function'); // prettier-ignore
const wrong: readonly unknown[] = [undefined, null, {}, 1, -1.5, 'x', [], [null], [{}], () => 1];

async function outcome(act: Call, given: readonly unknown[]): Promise<unknown> {
  const isClass = /^[A-Z]/.test(act.name);
  try {
    await (isClass ? new (act as unknown as new (...of: unknown[]) => object)(...given) : act(...given)); // prettier-ignore
    return undefined;
  } catch (error) {
    return error;
  }
}

beforeAll(() => testing.useBackend('cpu'));

it('every public function is called, or says why not', () => {
  const known = [...Object.keys(calls), ...Object.keys(apart)];
  expect(functions.map(([name]) => name).filter((name) => !known.includes(name))).toEqual([]);
  expect(known.filter((name) => !functions.some(([other]) => other === name))).toEqual([]);
});

/** The arguments with a wrong one in each place, and with a wrong member in each plain object. */
function wrongCalls(right: readonly unknown[]): [what: string, given: readonly unknown[]][] {
  return right.flatMap((argument, at) => {
    const members = isPlain(argument) ? Object.keys(argument) : [];
    return wrong.flatMap((value): [string, readonly unknown[]][] => {
      const as = `as ${kernels.describeValue(value)}`;
      return [
        [`argument ${at} ${as}`, right.with(at, value)],
        ...members.map((member): [string, readonly unknown[]] => [
          `${member} of argument ${at} ${as}`,
          right.with(at, { ...(argument as object), [member]: value }),
        ]),
      ];
    });
  });
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype; // prettier-ignore
}

it.each(functions.filter(([name]) => name in calls))('%s', async (name, act) => {
  expect(await outcome(act, calls[name]!)).toBe(undefined);
  for (const [what, given] of wrongCalls(calls[name]!)) {
    const error = await outcome(act, given);
    if (error === undefined || core.isMoekitError(error)) continue;
    expect.soft(error, what).toBe('a MoekitError');
  }
});
