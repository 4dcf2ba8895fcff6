import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { isTrainingRun, readTrainingRuns, writeTrainingReport } from '../src/index.js';

const emptyFolder = () => mkdtempSync(join(tmpdir(), 'moekit-training-'));

const layer = {
  tokens: 4,
  tokensPerExpert: [3, 1],
  selectedPairs: 5,
  dispatchedPairs: 4,
  paddedPairs: 4,
  tokensByExperts: [0, 4, 0],
  nullSlots: 0,
  zeroComputeTokens: 0,
  entropy: 0.5,
  nullMass: 0,
  dilution: 0,
};

const flops = { router: 1, experts: 1, attention: 1, rest: 1, total: 4 };

const stepEvent = (step: number, loss: number, more: object = {}) => ({
  type: 'step',
  step,
  steps: 10,
  loss,
  metrics: { loss },
  routerLoss: 0.1,
  learningRate: 0.01,
  gradientNorm: 1,
  tokens: 4,
  seconds: 0.5,
  flops,
  layers: [layer],
  ...more,
});
const evaluationEvent = (step: number, loss: number) => ({
  type: 'evaluation',
  step,
  evaluation: { limited: { loss }, dropFree: { loss }, layers: [layer] },
});

/** The folder of a run whose log has these events. */
function run(name: string, events: readonly object[], parent = emptyFolder()): string {
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'events.jsonl'), events.map((e) => `${JSON.stringify(e)}\n`).join(''));
  return folder;
}

/** As many steps, an evaluation after each second one. */
const series = (steps: number, lossAt: (step: number) => number) =>
  Array.from({ length: steps }, (_, i) => i + 1).flatMap((step) => [
    stepEvent(step, lossAt(step) + 0.1),
    ...(step % 2 === 0 ? [evaluationEvent(step, lossAt(step))] : []),
  ]);

test('runs are folded into curves, routing, loads and compute', async () => {
  const whole = run(
    'whole',
    series(10, (step) => 3 - step / 10),
  );
  const { runs, answer } = await readTrainingRuns([whole]);
  expect(answer).toBeNull(); // there is nothing to be better than
  expect(runs[0]).toMatchObject({
    label: 'whole',
    state: 'finished',
    step: 10,
    end: { step: 10, metrics: { loss: 2 } },
    best: { step: 10, loss: 2 },
    log: { firstStep: 1, lastStep: 10, compute: { tokens: 40, seconds: 5, trainingFlops: 120 } },
    settings: null,
  });
  const { training, loads, evaluations } = runs[0]!.log!;
  expect(training.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(training[0]!.layers[0]).toMatchObject({ expertsPerToken: 1, droppedShare: 0.2 });
  expect(loads).toHaveLength(10);
  expect(loads[0]).toEqual([[0.75, 0.25]]);
  expect(evaluations.map(({ trainingFlops }) => trainingFlops)).toEqual([24, 48, 72, 96, 120]);
});

test('a long log keeps a bounded size', async () => {
  const long = Array.from({ length: 1000 }, (_, i) => stepEvent(i + 1, 2, { steps: 1000 }));
  const { runs } = await readTrainingRuns([run('long', long)]);
  const { training, loads } = runs[0]!.log!;
  expect([training.length, loads.length]).toEqual([100, 16]);
  expect(training.at(-1)!.step).toBe(1000);
});

test('the best is named with how far it is ahead, and what stands against it', async () => {
  const folders = [
    run(
      'good',
      series(10, (step) => 3 - step / 10),
    ),
    run(
      'worse',
      series(10, (step) => 3 - step / 20),
    ),
    run('unrated', [stepEvent(1, 3), stepEvent(2, 3)]),
  ];
  const { answer, runs } = await readTrainingRuns(folders);
  expect(answer).toMatch(
    /^good reached the lowest held-out loss of those that were evaluated: 2\.000 at step 10, 0\.500 below worse/,
  );
  expect(runs[2]!.remarks).toEqual([
    'unfinished, step 2 of 10: it was stopped or killed, or it trains still',
    'has no checkpoint next to its log: its settings are unknown',
    'was not evaluated on held-out data',
  ]);
});

test('a run that was killed is shown as far as it came, one that stopped early as that', async () => {
  const killed = run(
    'killed',
    series(6, () => 2),
  );
  appendFileSync(join(killed, 'events.jsonl'), '{"type":"step","st'); // cut off
  const earlyStopping = { best: { step: 2, loss: 2 }, waited: 2 };
  const early = run('early', [
    ...series(6, () => 2),
    { type: 'early-stop', step: 6, earlyStopping },
  ]);
  const resumed = run('resumed', [
    ...series(6, () => 2),
    { type: 'early-stop', step: 6, earlyStopping },
    { type: 'continuation', step: 7, continuation: {} },
    stepEvent(7, 2),
  ]);
  const { runs } = await readTrainingRuns([killed, early, resumed]);
  expect(runs.map(({ state, step }) => [state, step])).toEqual([
    ['unfinished', 6],
    ['stopped early', 6],
    ['unfinished', 7],
  ]);
});

test('infinite losses leave a page, and no best', async () => {
  const wild = run('wild', [stepEvent(1, 9), evaluationEvent(2, Infinity)]);
  const log = join(wild, 'events.jsonl');
  writeFileSync(log, readFileSync(log, 'utf8').replaceAll(':null', ':"Infinity"'));
  const all = await readTrainingRuns([
    wild,
    run(
      'flat',
      series(4, () => 2),
    ),
  ]);
  expect(all.runs[0]!.best).toBeNull();
  expect(all.answer).toBeNull();
  await writeTrainingReport(emptyFolder(), all);
});

test('one name twice gets numbers; a log is named after itself or its folder', async () => {
  const [a, b] = [
    run(
      'same',
      series(2, () => 2),
    ),
    run(
      'same',
      series(2, () => 1),
    ),
  ];
  const log = join(emptyFolder(), 'mine.jsonl');
  writeFileSync(log, readFileSync(join(a, 'events.jsonl')));
  const { runs } = await readTrainingRuns([a, b, log, join(b, 'events.jsonl')]);
  expect(runs.map(({ label }) => label)).toEqual(['same (1)', 'same (2)', 'mine', 'same (3)']);
});

test('the page and the JSON have every run, and hostile names do no harm', async () => {
  const name = '<img src=x onerror=alert(1)> & "quotes"';
  const out = emptyFolder();
  const all = await readTrainingRuns([
    run(
      name,
      series(4, () => 2),
    ),
    run(
      'b',
      series(4, () => 1),
    ),
  ]);
  const files = await writeTrainingReport(out, all);
  const page = readFileSync(files.report, 'utf8');
  expect(page).not.toContain('<img src=x');
  for (const title of [
    'How they ended',
    'Loss over training',
    'Experts per token',
    'Dropped pairs',
    'Load per expert',
    'Settings that differ',
  ]) {
    expect(page).toContain(title);
  }
  const json = JSON.parse(readFileSync(files.results, 'utf8')) as typeof all;
  expect(json.runs.map(({ label }) => label)).toEqual([name, 'b']);
  expect(json.schema).toBe('moekit/training-runs@1');
});

test('a run of one layer and a dense one stand on one page', async () => {
  const dense = series(4, () => 1).map((event) => ({
    ...event,
    ...('layers' in event && { layers: [] }),
  }));
  const all = await readTrainingRuns([
    run(
      'moe',
      series(4, () => 2),
    ),
    run('dense', dense),
  ]);
  await writeTrainingReport(emptyFolder(), all);
  expect(all.runs[1]!.log!.loads[0]).toEqual([]);
});

test('anything but a run is refused with a code', async () => {
  const nothing = emptyFolder();
  expect(isTrainingRun(nothing)).toBe(false);
  expect(isTrainingRun(join(nothing, 'not-there'))).toBe(false);
  mkdirSync(join(nothing, 'checkpoints'));
  expect(isTrainingRun(nothing)).toBe(true);
  await expect(readTrainingRuns([nothing])).rejects.toMatchObject({ code: 'BENCH_TRAINING_RUN' });
  const broken = run('broken', [stepEvent(1, 2, { tokens: 'many' })]);
  await expect(readTrainingRuns([broken])).rejects.toMatchObject({
    code: 'BENCH_TRAINING_RUN',
    message: expect.stringContaining('step 1 with tokens'),
  });
  writeFileSync(join(broken, 'events.jsonl'), 'hello\n');
  await expect(readTrainingRuns([broken])).rejects.toMatchObject({ code: 'MODELS_LOG' });
  rmSync(join(broken, 'events.jsonl'));
  expect(isTrainingRun(broken)).toBe(false);
});
