import { describe, expect, test } from 'vitest';

import { smallTraining } from '../src/presets.js';
import { parseTrainOptions } from '../src/training/options.js';
import type { ScheduleOptions } from '../src/training/schedule.js';
import { learningRateAt, SCHEDULES } from '../src/training/schedule.js';

const base = { steps: 100, learningRate: 2, warmupSteps: 10, finalLearningRate: 0.25 };
const rates = (options: ScheduleOptions) =>
  Array.from({ length: options.steps }, (_, i) => learningRateAt(i + 1, options));

describe('learningRateAt', () => {
  test.each(SCHEDULES)('%s warms up to the peak, and never passes it', (schedule) => {
    const all = rates({ ...base, schedule, ...(schedule === 'wsd' && { decaySteps: 20 }) });
    all.slice(0, 10).forEach((rate, i) => expect(rate).toBeCloseTo((2 * (i + 1)) / 10, 12));
    expect(Math.max(...all)).toBe(2);
  });

  test('cosine is the schedule of a run that names none', () => {
    expect(rates(base)).toEqual(rates({ ...base, schedule: 'cosine' }));
  });

  test('constant keeps exactly the peak', () => {
    expect(new Set(rates({ ...base, schedule: 'constant' }).slice(9))).toEqual(new Set([2]));
  });

  test('wsd keeps exactly the peak until its last steps, then falls as 1 - sqrt', () => {
    const all = rates({ ...base, schedule: 'wsd', decaySteps: 40 });
    expect(new Set(all.slice(9, 60))).toEqual(new Set([2]));
    expect(all[69]).toBeCloseTo(2 * (0.25 + 0.75 * 0.5), 12); // a quarter of the way: 1 - sqrt(1/4)
    expect(all[99]).toBe(0.5);
    const falling = all.slice(59).every((rate, i, some) => i === 0 || rate < some[i - 1]!);
    expect(falling).toBe(true);
  });

  test('the cool-down of wsd takes a fifth of all steps unless it is given', () => {
    const given = { ...base, schedule: 'wsd' as const };
    expect(rates(given)).toEqual(rates({ ...given, decaySteps: 20 }));
    expect(rates({ ...given, decaySteps: 0 })).toEqual(rates({ ...base, schedule: 'constant' }));
  });

  test('a trunk of wsd is a constant run, whatever its length', () => {
    const trunk = rates({ ...base, steps: 300, schedule: 'wsd', decaySteps: 100 }).slice(0, 200);
    expect(trunk).toEqual(rates({ ...base, steps: 200, schedule: 'constant' }));
  });
});

describe('options of a schedule', () => {
  const parse = (options: object) => () => parseTrainOptions({ ...smallTraining, ...options });

  test('a run of the default schedule reads as one that names none', () => {
    expect(parse({ schedule: 'cosine' })()).toEqual(parse({})());
    expect(parse({ schedule: 'wsd' })()).toMatchObject({ schedule: 'wsd' });
  });

  test.each([
    ['an unknown one', { schedule: 'wds' }, /'cosine', 'wsd', 'constant'.*did you mean wsd/],
    [
      'a cool-down without wsd',
      { decaySteps: 10 },
      /decaySteps: belongs to schedule 'wsd', and this is 'cosine'/,
    ],
    [
      'a warm-up and cool-down longer than the run',
      { schedule: 'wsd', steps: 30, decaySteps: 11 },
      /warmupSteps \(20\) and decaySteps \(11\) must fit into 30 steps/,
    ],
    [
      'a default cool-down that is too long',
      { schedule: 'wsd', steps: 24 },
      /decaySteps \(5, a fifth of all\) must fit into 24/,
    ],
    ['half a step', { schedule: 'wsd', decaySteps: 1.5 }, /decaySteps/],
  ])('%s is refused', (_, options, message) => {
    expect(parse(options)).toThrow(message);
  });

  test('a warm-up and cool-down of the whole run are accepted', () => {
    expect(parse({ schedule: 'wsd', steps: 30, decaySteps: 10 })).not.toThrow();
  });
});
