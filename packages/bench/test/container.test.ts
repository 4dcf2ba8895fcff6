import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createRng, defaultKernels, defineRouter } from '@moekit/core';
import { bind, createRunContainer, resolveBinding, tokens } from '@moekit/core/di';
import type { TelemetrySink, TrainEvent } from '@moekit/models';
import { CheckpointFolder } from '@moekit/models/node';
import { memory } from '@tensorflow/tfjs-core';
import { container as root } from 'tsyringe';
import { lastValueFrom, of, toArray } from 'rxjs';
import { describe, expect, it, test } from 'vitest';

import { prepareExperiment } from '../src/comparison/prepare.js';
import { addTrialSinks, createContainer } from '../src/trial/compose.js';
import { parts } from '../src/trial/parts.js';
import { registryOf } from '../src/plugins/registry.js';
import { loadPlugin } from '../src/plugins/load-plugin.js';
import { openSinks } from '../src/run/open-sinks.js';
import { parseExperiment } from '../src/spec/parse-experiment.js';
import type { TrialEngine } from '../src/trial/engine.js';
import { runByEngine } from '../src/trial/engine.js';
import { listJobs } from '../src/trial/list-jobs.js';
import type { Job } from '../src/trial/messages.js';
import { runTrial } from '../src/trial/run-trial.js';

const everyExpert = await loadPlugin(
  join(import.meta.dirname, 'plugins/every-expert.ts'),
  registryOf([]),
);
const registry = registryOf([everyExpert!]);
const experiment = parseExperiment({
  model: { contextLength: 8, modelWidth: 8, numLayers: 2, numHeads: 2, feedForwardWidth: 16 },
  training: { steps: 3, batchSize: 2, evaluations: 1, evaluationBatches: 1, finalEvaluationBatches: 1 }, // prettier-ignore
  routers: [{ router: 'dense' }, { router: everyExpert!.name }],
  seeds: [1],
  backend: 'cpu',
});

async function jobs() {
  return listJobs((await prepareExperiment(experiment, registry)).manifest);
}

function application() {
  const container = createContainer(registry);
  addTrialSinks(container);
  return container;
}

const withoutTimes = ({ machine: _, ...trial }: Awaited<ReturnType<typeof runTrial>>) => trial;

describe('a trial is composed by its container', () => {
  it('gives the same figures twice, and shares nothing with the trial before', async () => {
    const app = application();
    const [, job] = await jobs();
    const runs = [createRunContainer(app), createRunContainer(app)];
    const first = await runTrial(job!, runs[0]!);
    const before = memory().numTensors;
    const second = await runTrial(job!, runs[1]!);
    expect(withoutTimes(second)).toEqual(withoutTimes(first));
    expect(memory().numTensors).toBe(before);
    const recorders = runs.map((run) => resolveBinding(run, parts.recorder));
    expect(recorders[0]).not.toBe(recorders[1]);
    expect(recorders[0]!.progress()?.step).toBe(3);
  });

  it('takes clock, kernels and sinks that are bound, and shows them the run', async () => {
    const app = application();
    let seconds = 0;
    let products = 0;
    const events: TrainEvent[] = [];
    bind(app, parts.clock, () => ({ now: () => new Date(0), seconds: () => (seconds += 5) }));
    bind(app, tokens.kernels, () => ({
      ...defaultKernels,
      groupedLinear: (...given) => {
        products++;
        return defaultKernels.groupedLinear(...given);
      },
    }));
    let seen: unknown;
    bind(app, parts.sinks, (run) => {
      seen = resolveBinding(run, parts.run);
      return { write: (event) => void events.push(event) };
    });
    const [, job] = await jobs();
    const trial = await runTrial(job!, createRunContainer(app));
    expect(trial.machine.seconds).toBe(5);
    expect(products).toBeGreaterThan(0);
    expect(events.filter(({ type }) => type === 'step').map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(seen).toMatchObject({ label: everyExpert!.name, backend: 'cpu', spec: { seed: 1 } });
  });

  it('draws from the random numbers that are bound: other batches, other losses', async () => {
    const [, job] = await jobs();
    const losses = async (seed: number) => {
      const app = application();
      bind(app, tokens.rng, () => createRng(seed));
      const { trainingCurve } = await runTrial(job!, createRunContainer(app));
      return trainingCurve.map(({ metrics }) => metrics['loss']);
    };
    const usual = await runTrial(job!, createRunContainer(application()));
    expect(await losses(1)).toEqual(usual.trainingCurve.map(({ metrics }) => metrics['loss']));
    expect(await losses(2)).not.toEqual(await losses(1));
  });

  it('makes checkpoint folders as they are bound', () => {
    const folder = mkdtempSync(join(tmpdir(), 'moekit-container-'));
    const made = resolveBinding(createContainer(registry), parts.checkpoints)(folder, { keep: 2 });
    expect(made).toBeInstanceOf(CheckpointFolder);
  });
});

it('a trial takes nothing that was bound to the root container', async () => {
  const [, job] = await jobs();
  const usual = await runTrial(job!, createRunContainer(application()));
  root.register(tokens.sharedExpert, { useFactory: () => { throw new Error('bound to root'); } }); // prettier-ignore
  root.register(tokens.kernels, { useFactory: () => { throw new Error('bound to root'); } }); // prettier-ignore
  try {
    const trial = await runTrial(job!, createRunContainer(application()));
    expect(withoutTimes(trial)).toEqual(withoutTimes(usual));
  } finally {
    root.reset();
  }
});

describe('sinks as one', () => {
  const logging = (calls: string[], name: string, failing?: keyof TelemetrySink): TelemetrySink => {
    const call = (what: keyof TelemetrySink) => () => {
      calls.push(`${name} ${what}`);
      if (what === failing) throw new Error(`${name} cannot ${what}`);
      return Promise.resolve();
    };
    return {
      open: call('open'),
      write: () => void calls.push(`${name} write`),
      sync: async () => call('sync')(),
      close: async () => call('close')(),
    };
  };

  it('are opened, written and closed in their order', async () => {
    const calls: string[] = [];
    const all = await openSinks([logging(calls, 'a'), { write: () => undefined }], {});
    all.write({} as TrainEvent);
    await all.sync();
    await all.close();
    expect(calls).toEqual(['a open', 'a write', 'a sync', 'a close']);
  });

  it('closes those that are open where one cannot be opened', async () => {
    const calls: string[] = [];
    const sinks = [logging(calls, 'a'), logging(calls, 'b', 'open'), logging(calls, 'c')];
    await expect(openSinks(sinks, {})).rejects.toThrow('b cannot open');
    expect(calls).toEqual(['a open', 'b open', 'a close']);
  });

  it('syncs and closes after what was written, also where that failed', async () => {
    const calls: string[] = [];
    const slow = (text: string) =>
      new Promise<void>((resolve) => setTimeout(resolve, 20)).then(() => void calls.push(text));
    const all = await openSinks([{ ...logging(calls, 'a'), write: () => slow('a written') }], {});
    all.write({} as TrainEvent);
    await all.sync();
    all.write({} as TrainEvent);
    await all.close();
    expect(calls).toEqual(['a open', 'a written', 'a sync', 'a written', 'a close']);
    const rejects = { ...logging(calls, 'b'), write: () => Promise.reject(new Error('b cannot write')) }; // prettier-ignore
    const other = await openSinks([rejects], {});
    other.write({} as TrainEvent);
    await expect(other.close()).rejects.toThrow('b cannot write');
    expect(calls.at(-1)).toBe('b close');
  });

  it('closes every one where one fails', async () => {
    const calls: string[] = [];
    const all = await openSinks([logging(calls, 'a', 'close'), logging(calls, 'b')], {});
    await expect(all.close()).rejects.toThrow('a cannot close');
    expect(calls).toContain('b close');
  });
});

describe('an engine of the application', () => {
  const job = { id: 'x#1', label: 'x', seed: 1 } as Job;
  const limits = { atOnce: 1 };
  const progress = { step: 1, steps: 2, loss: 1, tokensPerSecond: 1, secondsLeft: 1 };
  const reports = (engine: TrialEngine) =>
    lastValueFrom(runByEngine(engine, job, limits).pipe(toArray()));

  it('may be an async generator; what comes after the end is left out', async () => {
    const engine: TrialEngine = async function* () {
      yield { type: 'progress', progress };
      yield { type: 'warning', message: 'slow' };
      yield { type: 'failed', error: { code: 'OWN', message: 'no room' } };
      yield { type: 'progress', progress };
      await Promise.resolve();
    };
    expect((await reports(engine)).map(({ type }) => type)).toEqual(['progress', 'warning', 'failed']); // prettier-ignore
  });

  test.each<[string, TrialEngine, RegExp]>([
    ['throws', () => { throw new Error('no host'); }, /^BENCH_TRIAL no host/], // prettier-ignore
    ['rejects', () => Promise.reject(new Error('no host')), /^BENCH_TRIAL no host/],
    ['ends without a report', () => [], /^BENCH_ENGINE .*x, seed 1, got none/],
    ['gives no report', () => of({ type: 'done', trial: 3 }) as never, /^BENCH_ENGINE .*got \{/],
    ['gives nothing', () => of(undefined) as never, /^BENCH_ENGINE .*got undefined/],
    ['is none', () => undefined as never, /^BENCH_TRIAL /],
  ])('that %s makes the trial a failed one', async (_, engine, expected) => {
    const [report, ...rest] = await reports(engine);
    expect(rest).toEqual([]);
    const { code, message } = (report as { error: { code: string; message: string } }).error;
    expect(`${code} ${message}`).toMatch(expected);
  });

  it('cannot give the trial of another job, backend, data or model, or one without figures', async () => {
    const [dense, own] = await jobs();
    const trial = await runTrial(own!, createRunContainer(application()));
    const others: [Job, object][] = [
      [dense!, {}],
      [own!, { seed: 7 }],
      [own!, { backend: 'wasm' }],
      [own!, { dataHash: 'beef' }],
      [own!, { match: null }],
      [own!, { limited: {} }],
    ];
    for (const [asked, change] of others) {
      const given = () => of({ type: 'done', trial: { ...trial, ...change } } as const);
      const [report] = await lastValueFrom(runByEngine(given, asked, limits).pipe(toArray()));
      expect(report).toMatchObject({ type: 'failed', error: { code: 'BENCH_ENGINE' } });
    }
    const [good] = await lastValueFrom(
      runByEngine(() => of({ type: 'done', trial } as const), own!, limits).pipe(toArray()),
    );
    expect(good).toMatchObject({ type: 'done' });
  });
});

test('a router that is made without options is the one that is registered', async () => {
  const plugin = defineRouter({ ...everyExpert!, name: 'mine' });
  const { routers } = registryOf([plugin]);
  expect(await routers.get('mine')!.load()).toBe(plugin);
  expect(routers.get('mine')!.hash()).toBeNull();
});
