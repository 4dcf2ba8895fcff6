import * as bench from '@moekit/bench';
import {
  FeedForwardExperts,
  MoELayer,
  createRng,
  createRouter,
  defineRouter,
  isMoekitError,
} from '@moekit/core';
import { testRouter } from '@moekit/core/testing';
import { byteTokenizer } from '@moekit/data';
import * as data from '@moekit/data/node';
import * as models from '@moekit/models';
import { topKRouter } from '@moekit/router-topk';
import { ones, setBackend, tidy, zeros } from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';
import { defineConfig } from 'moekit/config';
import { beforeAll, expect, it } from 'vitest';

// Plain JavaScript has no types: every call here is one that TypeScript refuses.
/* eslint-disable @typescript-eslint/no-explicit-any */
const any = (value: unknown) => value as any;
const spec = { modelWidth: 8, numExperts: 4, seed: 1 };
const experts = () => new FeedForwardExperts({ ...spec, expertWidth: 8 });
const layer = () => new MoELayer({ router: createRouter(topKRouter, spec), experts: experts() });
const context = { training: false, rng: createRng(1) };
const model = () => models.createLanguageModel(models.smallLanguageModel);
const tokenizer = byteTokenizer();

const drain = async (pieces: AsyncIterable<unknown>) => {
  for await (const piece of pieces) void piece;
};

/** A router that returns something else. */
const odd = (route: () => unknown) =>
  new MoELayer({
    router: any({ name: 'odd', numExperts: 4, causal: true, route, variables: () => [], dispose: () => undefined, flopsPerToken: () => 1 }), // prettier-ignore
    experts: experts(),
  });
const routing = (e: number) => ({ combineWeights: zeros([3, e]), dispatchMask: zeros([3, 4]), logits: zeros([3, 4]), probs: zeros([3, 4]), losses: [] }); // prettier-ignore

const MISTAKES: Readonly<Record<string, () => unknown>> = {
  "createRouter('topk', spec)": () => createRouter(any('topk'), spec),
  'createRouter()': () => any(createRouter)(),
  'createRouter(plugin, options)': () => createRouter(topKRouter, any({ k: 2 })),
  "createRouter(plugin, spec, { k: '2' })": () => createRouter(topKRouter, spec, any({ k: '2' })),
  'createRouter(plugin, spec, { k: NaN })': () => createRouter(topKRouter, spec, { k: Number.NaN }),
  'createRouter(plugin, spec, { topK: 2, kk: 1 })': () => createRouter(topKRouter, spec, any({ topK: 2, kk: 1 })), // prettier-ignore
  'createRouter(plugin, spec, { k: 9 })': () => createRouter(topKRouter, spec, { k: 9 }),
  'defineRouter()': () => any(defineRouter)(),
  'new MoELayer()': () => new (any(MoELayer))(),
  'new MoELayer({ experts })': () => new MoELayer(any({ experts: experts() })),
  'new MoELayer({ router: plugin, experts })': () => new MoELayer({ router: any(topKRouter), experts: experts() }), // prettier-ignore
  'new FeedForwardExperts()': () => new (any(FeedForwardExperts))(),
  'layer.call of rank 3': () => layer().call(any(zeros([2, 3, 8])), context),
  'layer.call of int32': () => layer().call(zeros([3, 8], 'int32'), context),
  'layer.call of an array': () => layer().call(any([[1, 2]]), context),
  'layer.call of a disposed tensor': () => {
    const x = zeros<any>([3, 8]);
    x.dispose();
    return layer().call(x, context);
  },
  'layer.call of what a tidy disposed': () => {
    let inside: Tensor2D | undefined;
    tidy(() => void (inside = layer().call(ones([3, 8]), context).output));
    return layer().call(inside!, context);
  },
  'layer.call after layer.dispose()': () => {
    const gone = layer();
    gone.dispose();
    return gone.call(zeros([3, 8]), context);
  },
  'layer.call without its context': () => any(layer()).call(zeros([3, 8])),
  'a router that returns wrong shapes': () => odd(() => routing(3)).call(zeros([3, 8]), context),
  'a router that is async': () =>
    odd(() => Promise.resolve(routing(4))).call(zeros([3, 8]), context),
  'createLanguageModel()': () => any(models.createLanguageModel)(),
  'createLanguageModel(config, plugin)': () => models.createLanguageModel(models.smallLanguageModel, any(topKRouter)), // prettier-ignore
  'createLanguageModel of odd heads': () => models.createLanguageModel({ ...models.smallLanguageModel, numHeads: 5 }), // prettier-ignore
  'model.forward()': () => any(model()).forward(),
  'model.forward of float32': () => model().forward(zeros([1, 3]), { training: false }),
  'generate(null)': () => drain(any(models.generate)(null, [1])),
  'generate({})': () => drain(models.generate(any({}), [1])),
  "generate(model, 'text')": () => drain(models.generate(model(), any('To be'))),
  'generate(model, [])': () => drain(models.generate(model(), [])),
  'generate(model, ids, { topk: 3, temperature: -1 })': () => drain(models.generate(model(), [1], any({ topk: 3, temperature: -1 }))), // prettier-ignore
  'generateText()': () => drain(any(models.generateText)()),
  "generateText(model, 'text')": () => drain(models.generateText(any(model()), 'x')),
  'generateText(run, 3)': () => drain(models.generateText({ model: model(), tokenizer: any(tokenizer) }, any(3))), // prettier-ignore
  "routeText(null, 'text')": () => models.routeText(any(null), 'x'),
  'loadRun()': () => any(models.loadRun)(),
  "loadRun('nowhere')": () => models.loadRun('nowhere'),
  'loadRun(folder, [plugin])': () => models.loadRun('nowhere', any([topKRouter])),
  'loadRun(folder, { router: plugin })': () =>
    models.loadRun('nowhere', any({ router: topKRouter })),
  'evaluate()': () => any(models.evaluate)(),
  'train()': () => any(models.train)(),
  'createLanguageTask()': () => any(models.createLanguageTask)(),
  'new AdamW()': () => new (any(models.AdamW))(),
  'compare()': () => any(bench.compare)(),
  'compare({})': () => any(bench.compare)({}),
  'registryOf(plugin)': () => bench.registryOf(any(topKRouter)),
  'parseRouter()': () => any(bench.parseRouter)(),
  'openRun(folder)': () => any(bench.openRun)('nowhere'),
  'renderReport()': () => any(bench.renderReport)(),
  'testRouter()': () => any(testRouter)(),
  'defineConfig()': () => any(defineConfig)(),
  'loadTokens()': () => any(data.loadTokens)(),
};

beforeAll(async () => void (await setBackend('cpu')));

it.each(Object.keys(MISTAKES))('%s', async (name) => {
  let error: unknown;
  try {
    await MISTAKES[name]!();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toSatisfy(isMoekitError);
  const { code, message, detail } = error as ReturnType<typeof any>;
  expect(detail.asked.length).toBeGreaterThan(10); // the cause
  expect(detail.fix.length).toBeGreaterThan(5); // the cure
  expect(`${code}: ${message}`).toMatchSnapshot();
});
