import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';

import { runInProcess } from './in-process.js';
import { emptyFolder, fixture } from './moekit.js';

let cwd: string;

const at = (step: number) => `step-${String(step).padStart(8, '0')}`;
const checkpoint = (run: string, step: number) => join(run, 'checkpoints', at(step));
const tensors = (run: string, step: number) =>
  readFileSync(join(cwd, checkpoint(run, step), 'tensors.safetensors'), 'hex');
const set = (...settings: readonly string[]) => settings.flatMap((setting) => ['--set', setting]);

const train = (...args: readonly string[]) => runInProcess(['train', ...args], { cwd });

/** A new run of the tiny configuration, of so many steps. */
const started = async (run: string, steps: number, ...args: readonly string[]) => {
  const config = ['--config', fixture('tiny-train.json'), ...set('data.source=tiny.txt')];
  const rest = ['--steps', String(steps), ...set('training.warmupSteps=2'), ...args, '--quiet'];
  const { code, stderr } = await train(run, ...config, ...rest);
  expect([stderr, code]).toEqual(['', 0]);
};

interface Trained {
  readonly step: number;
  readonly history: readonly { kind: string; exact: boolean }[];
  readonly stoppedEarly: object | null;
}

/** The JSON of a command that must succeed. */
async function ended(...args: readonly string[]): Promise<Trained> {
  const { code, stdout, stderr } = await train(...args, '--quiet', '--json');
  expect([stderr, code]).toEqual(['', 0]);
  return JSON.parse(stdout) as Trained;
}

beforeAll(async () => {
  cwd = await emptyFolder();
  writeFileSync(join(cwd, 'tiny.txt'), 'To be, or not to be, that is the question. '.repeat(100));
  await started('trunk', 10, ...set('training.schedule=constant'), '--keep', '99');
});

describe('training that continues', { timeout: 240_000 }, () => {
  test('more steps: said, logged, shown by inspect, and the bytes of a longer run', async () => {
    await started('longer', 14, ...set('training.schedule=constant'));
    await started('grown', 10, ...set('training.schedule=constant'));
    const grown = await train('grown', '--resume', '--steps', '14');
    expect(grown.stderr).toMatch(
      /resumed after step 10\ncontinues after step 10; training.steps 10 -> 14; bit for bit as/,
    );
    expect(grown.stdout).toMatch(/^14 steps\ncontinues after step 10/);
    expect(tensors('grown', 14)).toBe(tensors('longer', 14));
    const logged = readFileSync(join(cwd, 'grown', 'events.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const events = logged.map((line) => JSON.parse(line) as { type: string; step: number });
    expect(events.filter(({ type }) => type === 'step').map(({ step }) => step)).toEqual(
      Array.from({ length: 14 }, (_, i) => i + 1),
    );
    expect(events.filter(({ type }) => type === 'continuation')).toMatchObject([
      { step: 11, continuation: { kind: 'resume', afterStep: 10, exact: true } },
    ]);
    const inspected = await runInProcess(['inspect', 'grown'], { cwd });
    expect(inspected.stdout).toMatch(/step +14 of 14\nhistory +continues after step 10/);
    const again = await ended('grown', '--resume', '--steps', '14');
    expect(again).toMatchObject({ step: 14, history: [{ kind: 'resume', exact: true }] });
  });

  test('a cosine that is longer now says that it is not the run from the start', async () => {
    await started('cosine', 4);
    const grown = await train('cosine', '--resume', '--steps', '6');
    expect(grown.stdout).toMatch(
      /training.steps 4 -> 6; not as with these settings from the first/,
    );
  });

  test('a cool-down branches off a trunk, with the bytes of a run that planned it', async () => {
    const decay = set('training.schedule=wsd', 'training.decaySteps=4');
    await started('planned', 14, ...decay);
    const branched = await ended(
      ...['cooled', '--branch', checkpoint('trunk', 10), ...decay, '--steps', '14'],
    );
    expect(branched.history).toMatchObject([{ kind: 'branch', exact: true }]);
    expect(tensors('cooled', 14)).toBe(tensors('planned', 14));
    const early = await ended(
      'cooled-early',
      '--branch',
      checkpoint('trunk', 8),
      ...decay,
      '--steps',
      '12',
    );
    expect(early.step).toBe(12);
    expect(readdirSync(join(cwd, 'trunk', 'checkpoints')).at(-1)).toBe(at(10));
  });

  test('another run starts from weights, on other data, with other options of its router', async () => {
    writeFileSync(join(cwd, 'other.txt'), 'Now is the winter of our discontent. '.repeat(100));
    const args = ['--data', 'other.txt', '--steps', '4', ...set('null-expert.kMax=1')];
    const tuned = await ended('tuned', '--from', 'trunk', ...args);
    expect(tuned).toMatchObject({ step: 4, history: [{ kind: 'from', exact: false }] });
    const inspected = await runInProcess(['inspect', 'tuned'], { cwd });
    expect(inspected.stdout).toContain('starts from the weights of trunk/checkpoints/');
    expect(inspected.stdout).toContain('data.source tiny.txt -> other.txt');
    expect(await ended('tuned', '--from', 'trunk', '--resume', ...args)).toEqual(tuned);
  });

  test('a run with patience stops early, keeps its best, and continues with more of it', async () => {
    const patient = [
      'training.evaluateEvery=1',
      'training.patience=2',
      'training.minImprovement=9',
    ];
    await started('patient', 20, ...set(...patient));
    const over = await train('patient', '--resume', '--quiet');
    expect(over.stdout).toMatch(
      /^stopped early after step 3 of 20: no held-out loss below \S+ of step 1 by more than 9 in 2 evaluations\n/,
    );
    const best = readdirSync(join(cwd, 'patient', 'checkpoints'));
    expect(over.stdout).toMatch(new RegExp(`best  patient/checkpoints/(${best.join('|')})\n`));
    const more = await ended('patient', '--resume', ...set('training.patience=4'));
    expect(more).toMatchObject({
      step: 5,
      stoppedEarly: { waited: 4 },
      history: [{ exact: true }],
    });
  });

  test('a report compares runs, whatever became of them', async () => {
    await started('other', 10, '--router', 'switch');
    const silent = ['--no-log', ...set('model.modelWidth=16')];
    await started('without-log', 4, ...silent);
    const args = ['report', 'trunk', 'other', 'without-log', '--out', 'report'];
    const shown = await runInProcess(args, { cwd });
    expect([shown.stderr, shown.code]).toEqual(['', 0]);
    expect(shown.stdout).toMatch(/^\n\w+ reached the lowest held-out loss: /);
    expect(shown.stdout).toMatch(/router\.router: null-expert \| switch \| null-expert/);
    expect(shown.stdout).toMatch(/model\.modelWidth: 8 \| 8 \| 16/);
    expect(shown.stdout).toContain('without-log: has no log');
    expect(readdirSync(join(cwd, 'report'))).toEqual(['report.html', 'training-runs.json']);
    const json = await runInProcess([...args, '--json'], { cwd });
    expect(JSON.parse(json.stdout)).toMatchObject({
      runs: [{ label: 'trunk' }, {}, { log: null }],
    });
    const mixed = await runInProcess(['report', 'trunk', 'nothing'], { cwd });
    expect(mixed.stderr).toMatch(/^error CLI_USAGE: .*nothing, which does not exist/);
  });

  test('without a log there is none; the log of a run that never saved is replaced', async () => {
    await started('silent', 2, '--no-log');
    expect(readdirSync(join(cwd, 'silent'))).toEqual(['checkpoints']);
    await started('twice', 2);
    rmSync(join(cwd, 'twice', 'checkpoints'), { recursive: true });
    await started('twice', 3);
    const log = readFileSync(join(cwd, 'twice', 'events.jsonl'), 'utf8');
    expect(log.match(/"type":"step"/g)).toHaveLength(3);
  });

  test.each([
    [
      'fewer steps than taken',
      ['trunk', '--resume', '--steps', '5'],
      /MODELS_STEPS.*--steps 15 takes 5 more/,
    ],
    ['a branch without steps left', ['new', '--branch', 'trunk'], /MODELS_STEPS.*taken 10, got 10/],
    [
      'another schedule in the same run',
      ['trunk', '--resume', '--set', 'training.schedule=wsd'],
      /MODELS_CHECKPOINT_MISMATCH.*schedule.*--branch/,
    ],
    [
      'two beginnings',
      ['new', '--from', 'trunk', '--branch', 'trunk'],
      /CLI_USAGE.*--from trunk and --branch trunk/,
    ],
    [
      'a beginning that is not there',
      ['new', '--from', 'nowhere'],
      /MODELS_CHECKPOINT_MISSING.*nowhere/,
    ],
    [
      'weights of another size',
      ['new', '--from', 'trunk', '--set', 'model.modelWidth=16'],
      /MODELS_CHECKPOINT_MISMATCH.*embedding\.weight of shape \[256, 8\] for \[256, 16\]/,
    ],
    [
      'weights without the state of a router',
      ['new', '--from', 'trunk', '--router', 'loss-free'],
      /MODELS_CHECKPOINT_MISMATCH.*layers\.1\.moe/,
    ],
    ['a start into the folder of a run', ['trunk', '--from', 'trunk'], /MODELS_CHECKPOINT_EXISTS/],
    [
      'another beginning of a run that has one',
      ['trunk', '--resume', '--from', 'trunk'],
      /CLI_USAGE.*did not begin with --from/,
    ],
    ['two folders', ['one', '--out', 'two'], /CLI_USAGE.*one and --out two/],
    [
      'a schedule that is none',
      ['new', '--set', 'training.schedule=linear'],
      /MOE_OPTIONS.*'cosine', 'wsd', 'constant'/,
    ],
    [
      'a cool-down longer than the run',
      ['new', '--steps', '30', '--set', 'training.schedule=wsd', '--set', 'training.decaySteps=20'],
      /BENCH_CONFIG.*must fit into 30 steps/,
    ],
  ])('%s is refused', async (_, args, message) => {
    const { code, stderr } = await train(...args, '--quiet');
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
