import { setTimeout as wait } from 'node:timers/promises';

import type { PoolEvent, Progress } from '@moekit/bench';
import fc from 'fast-check';
import { Subject } from 'rxjs';
import stringWidth from 'string-width';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { liveProgress, progressLines } from '../../src/output/live-progress.js';
import { printable } from '../../src/output/paint.js';
import { advance, initialProgress } from '../../src/output/progress-state.js';
import { canRedraw, redraw } from '../../src/output/redraw.js';
import { showLoading } from '../../src/output/load-progress.js';
import { trainProgress } from '../../src/output/train-progress.js';
import { WIDTHS } from './widths.js';
import { Screen } from './screen.js';

// a person's terminal, also where the suite runs unattended
beforeEach(() => {
  vi.stubEnv('CI', '');
  vi.stubEnv('TERM', 'xterm-256color');
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const NAMES = [
  'dense',
  '路由器 with 😀',
  'threshold(threshold=0.5, capacityFactor=1.25, minCapacity=16)',
];
const job = (label: string, seed = 1) =>
  ({ id: `${label}-${seed}`, label, seed }) as PoolEvent['job'];
const progress: Progress = {
  step: 120,
  steps: 300,
  loss: 3.25,
  tokensPerSecond: 12_345,
  secondsLeft: 75,
} as Progress;
const started = (label: string): PoolEvent => ({ type: 'started', job: job(label) });
const moved = (label: string, step = 120): PoolEvent => ({
  type: 'progress',
  job: job(label),
  progress: { ...progress, step },
});

test('no line of progress is wider than the terminal, and a wide one has everything', () => {
  const events = NAMES.flatMap((name) => [started(name), moved(name)]);
  const state = events.reduce(advance, initialProgress(18));
  for (const columns of [20, ...WIDTHS]) {
    const lines = printable(progressLines(state, 63, columns), false).split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    expect(lines.join('\n')).toContain('0/18 trials');
  }
  expect(printable(progressLines(state, 63, 120), false)).toMatch(
    /dense +seed 1 +█{8}░{12} +120\/300 +loss 3\.250 +12\.3k tokens\/s +1 min 15 s left\n/,
  );
});

/** Enough for six broken lines: no program can erase what a terminal has scrolled away. */
const ROWS = 40;

test('a display leaves nothing behind, whatever it shows and however often the terminal is resized', async () => {
  const step = fc.record({
    lines: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 }),
    columns: fc.option(fc.integer({ min: 30, max: 130 })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const screen = new Screen(80, ROWS);
      screen.write('before\n');
      const draw = redraw(screen.stream);
      for (const { lines, columns } of steps) {
        draw((width) => lines.map((length) => 'x'.repeat(Math.min(length, width))).join('\n'));
        if (columns !== null) await screen.resize(columns);
      }
      const shown = await screen.lines();
      draw.clear();
      const { lines } = steps.at(-1)!;
      const expected = lines.map((length) => 'x'.repeat(Math.min(length, screen.columns - 1)));
      expect(shown).toEqual(['before', ...expected]);
      screen.write('after\n');
      expect(await screen.lines()).toEqual(['before', 'after']);
    }),
    { numRuns: 60 },
  );
  expect(process.listenerCount('SIGWINCH')).toBe(0);
});

test('trials come and go: the screen shows those that run, and nothing at the end', async () => {
  const screen = new Screen(60);
  const events = new Subject<PoolEvent>();
  const subscription = liveProgress(events, 3, screen.stream);
  for (const name of NAMES) events.next(started(name));
  await wait(150);
  events.next({ type: 'done', job: job('dense') } as PoolEvent);
  events.next(moved(NAMES[1]!));
  await wait(150);
  const shown = await screen.lines();
  expect(shown).toHaveLength(3);
  expect(shown[0]).toMatch(/^路由器 with 😀 .*120\/300/);
  expect(shown.at(-1)).toMatch(/^1\/3 trials/);
  subscription.unsubscribe();
  expect(await screen.lines()).toEqual([]);
});

test('training: one line that is redrawn, evaluations above it', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  for (const columns of WIDTHS) {
    const screen = new Screen(columns);
    const sink = trainProgress(
      { name: 'bitsPerByte', unit: 'bits/byte', better: 'lower' },
      screen.stream,
    );
    const step = { type: 'step', steps: 300, loss: 3.2, tokens: 512, seconds: 0.05 };
    for (const at of [1, 2, 3]) {
      vi.advanceTimersByTime(200);
      void sink.write({ ...step, step: at } as never);
    }
    const limited = { loss: 2.2, bitsPerByte: 3.1 };
    void sink.write({ type: 'evaluation', step: 3, evaluation: { limited } } as never);
    vi.advanceTimersByTime(200);
    void sink.write({ ...step, step: 4 } as never);
    const shown = (await screen.lines()).join('\n');
    expect(shown).toMatch(/^step 3 {2}held-out loss 2\.200 +bitsPerByte\s+3\.100/);
    expect(shown.match(/step \d\/300/g)).toEqual(['step 4/300']);
    await sink.close?.();
    expect((await screen.lines()).join('\n')).not.toContain('/300');
  }
});

test('a stream that is not a terminal of a person gets plain lines at a calm pace', async () => {
  const terminal = { isTTY: true } as NodeJS.WriteStream;
  expect(canRedraw(terminal, {})).toBe(true);
  for (const env of [{ CI: 'true' }, { CI: '1' }, { TERM: 'dumb' }, { MOEKIT_VERBOSE: '1' }])
    expect(canRedraw(terminal, env), JSON.stringify(env)).toBe(false);
  expect(canRedraw({ isTTY: false } as NodeJS.WriteStream, {})).toBe(false);
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  let written = '';
  const pipe = {
    write: (text: string) => ((written += text), true),
  } as unknown as NodeJS.WriteStream;
  await showLoading(
    false,
    (onProgress) => {
      for (let done = 0; done <= 40; done++) {
        onProgress!({ what: 'a text', done: done * 1e6, total: 40e6 });
        vi.advanceTimersByTime(1000);
      }
      return Promise.resolve();
    },
    pipe,
  );
  expect(written.split('\n').filter(Boolean)).toHaveLength(3); // 41 seconds, a line per 15
  // eslint-disable-next-line no-control-regex
  expect(written).not.toMatch(/\u001b|\r/);
});
