import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { Router, RoutingStats } from '@moekit/core';
import { MoELayer, createRng, parameter } from '@moekit/core';
import { memory, setBackend, tidy } from '@tensorflow/tfjs-core';
import { lastValueFrom, toArray } from 'rxjs';
import { beforeAll, expect, test, vi } from 'vitest';

import type { MoEFactory, TrainOptions } from '../src/contract.js';
import type { Task } from '../src/task.js';
import { createLanguageTask } from '../src/tasks/language/language-task.js';
import { pairBatch } from '../src/tasks/translation/batches.js';
import { createTranslationModel } from '../src/tasks/translation/translation-model.js';
import { createTranslationTask } from '../src/tasks/translation/translation-task.js';
import { AdamW } from '../src/training/adamw.js';
import { batchGradients } from '../src/training/batch-gradients.js';
import { microBatchesOf } from '../src/training/micro-batches.js';
import { StepGradients } from '../src/training/step-gradients.js';
import { train } from '../src/training/train.js';
import { createLanguageModel } from '../src/transformer/language-model.js';
import { alphabetData, tinyConfig } from './tiny.js';
import { top1Factory } from './top1-router.js';
import { randomPairs, tinyTranslation } from './translation/tiny-translation.js';
import { tinyTask } from './vision-language/tiny-scenes.js';

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'));

/** A factory's layers with other members of their routers. */
const changed =
  (factory: MoEFactory, change: (router: Router) => Partial<Router>): MoEFactory =>
  (spec) => {
    const { router, experts } = factory(spec);
    return new MoELayer({ router: { ...router, ...change(router) }, experts });
  };

/** Its loss is a product of means over a batch, so it has to go where parts are to be the whole. */
const withoutLosses = changed(top1Factory(), ({ route }) => ({
  route: (x, context) => ({ ...route(x, context), losses: [] }),
}));

const languageTask = (moe: MoEFactory = withoutLosses, batchSize = 4) =>
  createLanguageTask(createLanguageModel({ ...tinyConfig, vocabSize: 256 }, moe), alphabetData(), {
    batchSize,
  });

function translationTask() {
  const model = createTranslationModel({ ...tinyTranslation, decoderMoE: true }, withoutLosses);
  const batchSize = 4;
  const options = { labelSmoothing: 0.1, beamSize: 1, lengthPenalty: 1, testSentences: 1 };
  const task = createTranslationTask(model, { train: [] } as never, { batchSize, ...options });
  const lengths = [
    [4, 3],
    [2, 1],
    [5, 6],
    [3, 3],
    [1, 2],
  ] as const; // five: parts of two and three
  return { task, batch: pairBatch(randomPairs(lengths)) };
}

const tasks: [string, () => { task: Task<never>; batch: unknown }][] = [
  ['language', () => ofStep(languageTask())],
  ['vision-language', () => ofStep(tinyTask({ moe: withoutLosses, batchSize: 4 }).task)],
  ['translation', translationTask as never],
];

const ofStep = <Batch>(task: Task<Batch>) =>
  ({ task, batch: task.trainingBatch(1, createRng(1)) }) as never;

test.each(tasks)(
  '%s: parts have the gradients and the report of the whole',
  async (_name, make) => {
    const { task, batch } = make();
    const readStep = async (parts: number) => {
      const sum = new StepGradients();
      for (const part of microBatchesOf(task, batch as never, parts)) {
        sum.add(batchGradients(task, part.batch, 1, part.share), part.share);
      }
      const { gradientNorm, reports } = await sum.readAll();
      const values = Object.values(sum.gradients).map((gradient) => gradient.dataSync().slice());
      sum.dispose();
      return { gradientNorm, reports, values };
    };
    const whole = await readStep(1);
    for (const parts of [2, 4]) {
      const cut = await readStep(parts);
      expect(cut.reports).toHaveLength(parts);
      cut.values.forEach((gradient, v) =>
        gradient.forEach((value, i) =>
          expect(Math.abs(value - whole.values[v]![i]!)).toBeLessThan(1e-6),
        ),
      );
      expect(cut.gradientNorm).toBeCloseTo(whole.gradientNorm, 5);
      const loss = cut.reports.reduce((sum, report) => sum + report.share * report.loss, 0);
      expect(loss).toBeCloseTo(whole.reports[0]!.loss, 5);
      whole.reports[0]!.figures.forEach((figure, i) =>
        expect(cut.reports.reduce((sum, { figures }) => sum + figures[i]!, 0)).toBeCloseTo(
          figure,
          5,
        ),
      );
    }
    task.model.dispose();
  },
);

const options: TrainOptions = {
  steps: 6,
  learningRate: 0.02,
  warmupSteps: 2,
  weightDecay: 0.1,
  clipNorm: 1,
  seed: 1,
  evaluationBatches: 1,
};

async function eventsOf(task: Task<never>, change: Partial<TrainOptions> = {}) {
  const events = await lastValueFrom(train(task, { ...options, ...change }).pipe(toArray()));
  task.model.dispose();
  return events.flatMap((event) => (event.type === 'step' ? [{ ...event, seconds: 0 }] : []));
}

test('one micro-batch is a step as it always was, bit for bit', async () => {
  const noisy = () => languageTask(top1Factory({ noise: 1 })) as Task<never>;
  expect(await eventsOf(noisy(), { microBatches: 1 })).toEqual(await eventsOf(noisy()));
});

test('a step of several counts all its tokens, pairs and FLOPs, and learns as much', async () => {
  const [whole, cut] = [
    await eventsOf(languageTask() as Task<never>),
    await eventsOf(languageTask() as Task<never>, { microBatches: 4 }),
  ];
  expect(cut).toHaveLength(whole.length);
  cut.forEach((event, i) => {
    const { tokens, flops, layers, loss } = whole[i]!;
    expect(event).toMatchObject({ tokens, step: i + 1 });
    expect(event.flops.total).toBeCloseTo(flops.total);
    expect(event.layers[0]!.tokensPerExpert.reduce((sum, n) => sum + n)).toBe(layers[0]!.tokens);
    expect(event.loss).toBeCloseTo(loss, 3); // Adam divides by what is nearly 0 in the first steps
  });
});

test('each micro-batch has noise of its own', async () => {
  const seeds: number[] = [];
  const task = languageTask(
    changed(top1Factory(), ({ route }) => ({
      route: (x, context) => {
        if (context.training) seeds.push(context.rng.fork('seen').uniform());
        return route(x, context);
      },
    })),
  );
  await eventsOf(task as Task<never>, { steps: 2, microBatches: 4 });
  expect(seeds).toHaveLength(8);
  expect(new Set(seeds).size).toBe(8);
});

test('a batch that does not divide, and a task that cannot cut, are refused', async () => {
  await expect(eventsOf(languageTask() as Task<never>, { microBatches: 3 })).rejects.toMatchObject({
    code: 'MODELS_MICRO_BATCHES',
  });
  const { splitBatch: _, ...whole } = languageTask();
  expect(() => train(whole, { ...options, microBatches: 2 })).toThrow(
    /Task language-modelling must have splitBatch/,
  );
  expect(() => train(whole, { ...options, microBatches: 1 })).not.toThrow();
});

/** A router that keeps a running count within a step, and the sum of all steps. */
const counting = (heard: (event: string, stats: RoutingStats) => void) =>
  changed(top1Factory({ noise: 1 }), (router) => {
    const [within, all] = [0, 0].map(() => parameter(new Float32Array(1), [1], false));
    const add = (to: typeof within, n: number) => tidy(() => void to!.assign(to!.add(n)));
    return {
      variables: () => [...router.variables(), within!, all!],
      afterMicroBatch: (stats) => {
        heard('micro-batch', stats);
        add(within, stats.tokens);
      },
      afterStep: (stats) => {
        heard('step', stats);
        add(all, stats.tokens + within!.dataSync()[0]!);
        tidy(() => void within!.assign(within!.mul(0)));
      },
      dispose: () => [router, within!, all!].forEach((part) => part.dispose()),
    };
  });

test('routers hear of each micro-batch but the last, then of the step as a whole', async () => {
  const heard: [string, number][] = [];
  const task = languageTask(counting((event, { tokens }) => heard.push([event, tokens])));
  await eventsOf(task as Task<never>, { steps: 2, microBatches: 4 });
  const step = [...Array.from({ length: 3 }, () => ['micro-batch', 6]), ['step', 24]];
  expect(heard).toEqual([...step, ...step]);
});

test('a step is read back once where no router asks for more', async () => {
  const readsOf = async (moe: MoEFactory) => {
    const task = languageTask(moe) as Task<never>;
    const data = vi.spyOn(StepGradients.prototype as never as { readLast(): unknown }, 'readLast');
    await eventsOf(task, { steps: 1, microBatches: 4 });
    const { length } = data.mock.calls;
    data.mockRestore();
    return length;
  };
  expect(await readsOf(top1Factory())).toBe(0);
  expect(await readsOf(counting(() => {}))).toBe(3);
});

test('a step that fails leaves the state of its routers as it was', async () => {
  let told = 0;
  const task = languageTask(
    counting((event) => {
      if (event === 'micro-batch' && ++told === 5) throw new Error('from the router');
    }),
  );
  const fails = () =>
    expect(lastValueFrom(train(task, { ...options, microBatches: 4 }))).rejects.toThrow(
      'from the router',
    );
  await fails();
  const [within, all] = task.model.moeLayers[0]!.router.variables().slice(-2);
  expect([...within!.dataSync(), ...all!.dataSync()]).toEqual([0, 24 + 18]);
  const before = memory().numTensors;
  told = 1;
  await fails();
  expect(memory().numTensors).toBe(before);
  task.model.dispose();
});

test('a run of micro-batches resumes bit for bit', async () => {
  const microBatches = 2;
  const start = () => {
    const task = languageTask(counting(() => {}));
    return { task, optimiser: new AdamW(task.model.namedVariables(), options) };
  };
  const go = ({ task, optimiser }: ReturnType<typeof start>, until: number) => {
    let stop = () => {};
    return new Promise<void>((resolve, reject) => {
      const running = train(
        task,
        { ...options, microBatches },
        {
          optimiser,
          afterStep: ({ step }) => void (step === until && (stop(), resolve())),
        },
      ).subscribe({ error: reject, complete: resolve });
      stop = () => running.unsubscribe();
    });
  };
  const valuesOf = ({ task, optimiser }: ReturnType<typeof start>) =>
    [...task.model.namedVariables(), ...optimiser.moments()].map(([, v]) => [...v.dataSync()]);
  const [whole, halved] = [start(), start()];
  await go(whole, options.steps);
  await go(halved, 3);
  await go(halved, options.steps);
  expect(valuesOf(halved)).toEqual(valuesOf(whole));
  for (const { task, optimiser } of [whole, halved]) {
    task.model.dispose();
    optimiser.dispose();
  }
});
