import '@tensorflow/tfjs';
import { useBackend } from '@moekit/core/testing';
import { beforeAll, describe, expect, it } from 'vitest';

import { routerChecks } from '../../src/testing/checks/table.js';
import { behaviour } from '../broken/behaviour.js';
import { subjectOf } from '../broken/break.js';
import { learning } from '../broken/learning.js';
import { steps } from '../broken/steps.js';
import { structure } from '../broken/structure.js';
import { readsLabels, surroundings } from '../broken/surroundings.js';
import { topTwo } from '../routers/top-two.js';

const cases = [...structure, ...learning, ...behaviour, ...surroundings, ...steps];

describe('a broken router is caught, with a message that teaches', () => {
  beforeAll(() => useBackend('cpu'));

  it.each(cases)('%s: a router that %s', (name, _broken, subject, message) => {
    const { run } = routerChecks.find((check) => check.name === name)!;
    expect(() => run(subject)).toThrow(message);
  });

  it('a control may read labels when it says so', () => {
    const { run } = routerChecks.find(({ name }) => name === 'labels')!;
    expect(() => run(readsLabels())).toThrow(/labels/);
    expect(run(readsLabels({ reference: true }))).toBeUndefined();
  });

  it('every check catches at least one broken router', () => {
    const covered = new Set(cases.map(([name]) => name));
    expect(routerChecks.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
  });

  it('every check lets the router pass that the broken ones are made from', () => {
    const subject = subjectOf(topTwo);
    for (const { run } of routerChecks) expect(run(subject)).toBeUndefined();
  });
});
