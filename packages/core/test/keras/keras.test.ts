import * as tf from '@tensorflow/tfjs';
import {
  createRng,
  createRouter,
  defineRouter,
  FeedForwardExperts,
  isMoekitError,
  MoELayer,
  normalArray,
  totalRouterLoss,
} from '@moekit/core';
import { afterEachStep, kerasMoELayer, registerKerasRouters } from '@moekit/core/keras';
import { useBackend } from '@moekit/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import lossFree from '../../../../examples/router/bias-balanced.js';
import { kerasMoELayersOf } from '../../src/keras/after-each-step.js';
import { KerasMoELayer } from '../../src/keras/keras-moe-layer.js';
import { topTwo } from '../routers/top-two.js';

const sizes = { numExperts: 4, expertWidth: 6, seed: 3 };
const D = 5;
const batch = (rows: number, seed = 1) => normalArray(createRng(seed), rows * D);

let before = 0;
const models: tf.LayersModel[] = [];
const made = <M extends tf.LayersModel>(model: M): M => {
  models.push(model);
  return model;
};

beforeEach(async () => {
  await useBackend('cpu');
  before = tf.memory().numTensors;
});

afterEach(() => {
  for (const model of models.splice(0)) {
    model.optimizer?.dispose();
    model.dispose();
  }
  expect(tf.memory().numTensors).toBe(before);
});

/** A model whose only layer is one of experts, trained by plain SGD towards -x. */
function compiled(model: tf.LayersModel, learningRate = 1): tf.LayersModel {
  model.compile({ optimizer: tf.train.sgd(learningRate), loss: 'meanSquaredError' });
  return made(model);
}

async function fitOnce(model: tf.LayersModel, shape: number[], callbacks?: tf.CustomCallbackArgs) {
  const x = tf.tensor(batch(shape.reduce((n, s) => n * s) / D), shape);
  const y = tf.neg(x);
  const batchSize = shape[0]!;
  try {
    const { history } = await model.fit(x, y, { batchSize, shuffle: false, ...(callbacks && { callbacks }) }); // prettier-ignore
    return history['loss']![0] as number;
  } finally {
    tf.dispose([x, y]);
  }
}

/** The same step written out: mean squared error plus router losses, both sgd with rate 1. */
function stepByHand(rows: number) {
  const spec = { ...sizes, modelWidth: D };
  const layer = new MoELayer({
    router: createRouter(topTwo, spec, { balance: 0.5 }),
    experts: new FeedForwardExperts(spec),
  });
  return tf.tidy(() => {
    const x = tf.tensor2d(batch(rows), [rows, D]);
    const loss = () => {
      const { output, routing } = layer.call(x, { training: true, rng: createRng(1) });
      const error = tf.losses.meanSquaredError(tf.neg(x), output) as tf.Scalar;
      return tf.add<tf.Scalar>(error, totalRouterLoss(routing.losses));
    };
    const { value, grads } = tf.variableGrads(loss, [...layer.variables()]);
    const weights = layer
      .variables()
      .map((v) => [...tf.sub(v, grads[v.name]!).dataSync<'float32'>()]);
    const result = { loss: value.dataSync()[0]!, weights };
    layer.dispose();
    return result;
  });
}

const weightsOf = (layer: tf.layers.Layer) =>
  layer.getWeights().map((w) => [...w.dataSync<'float32'>()]);

function expectClose(got: number[][], expected: number[][]) {
  expect(got.map((w) => w.length)).toEqual(expected.map((w) => w.length));
  got.flat().forEach((w, i) => expect(w).toBeCloseTo(expected.flat()[i]!, 5));
}

const codeOf = async (call: () => unknown) => {
  try {
    await call();
  } catch (error) {
    if (isMoekitError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing thrown';
};

const topTwoLayer = (more: object = {}) =>
  kerasMoELayer({ router: topTwo, routerOptions: { balance: 0.5 }, ...sizes, ...more });

describe('fit takes the router losses along: the step of a loop written by hand', () => {
  const byHand = () => stepByHand(6);

  it('in tf.sequential, and reports them', async () => {
    const layer = topTwoLayer({ inputShape: [D] });
    const loss = await fitOnce(compiled(tf.sequential({ layers: [layer] })), [6, D]);
    expectClose(weightsOf(layer), byHand().weights);
    expect(loss).toBeCloseTo(byHand().loss, 5);
  });

  it('in the functional API, on [B,L,D]', async () => {
    const layer = topTwoLayer();
    const input = tf.input({ shape: [3, D] });
    const model = tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
    const loss = await fitOnce(compiled(model), [2, 3, D]);
    expectClose(weightsOf(layer), byHand().weights);
    expect(loss).toBeCloseTo(byHand().loss, 5);
  });

  it('in a nested tf.sequential, which fit does not ask for its losses', async () => {
    const layer = topTwoLayer({ inputShape: [D] });
    const inner = tf.sequential({ layers: [layer] });
    const input = tf.input({ shape: [D] });
    const model = tf.model({ inputs: input, outputs: inner.apply(input) as tf.SymbolicTensor });
    await fitOnce(compiled(model), [6, D]);
    expectClose(weightsOf(layer), byHand().weights);
  });

  it('in a hand-written loop that never reads them', () => {
    const layer = topTwoLayer({ inputShape: [D] });
    const model = made(tf.sequential({ layers: [layer] }));
    const optimizer = tf.train.sgd(1);
    tf.tidy(() => {
      const x = tf.tensor2d(batch(6), [6, D]);
      optimizer.minimize(() => {
        const output = model.apply(x, { training: true }) as tf.Tensor;
        return tf.losses.meanSquaredError(tf.neg(x), output);
      });
    });
    expectClose(weightsOf(layer), byHand().weights);
    optimizer.dispose();
  });

  it('and without the balance loss the gate ends elsewhere', async () => {
    const layer = kerasMoELayer({ router: topTwo, routerOptions: { balance: 0 }, ...sizes, inputShape: [D] }); // prettier-ignore
    await fitOnce(compiled(tf.sequential({ layers: [layer] })), [6, D]);
    const [gate] = weightsOf(layer);
    const far = gate!.map((w, i) => Math.abs(w - byHand().weights[0]![i]!));
    expect(Math.max(...far)).toBeGreaterThan(1e-3);
  });
});

describe('a model with an MoE layer', () => {
  it('learns', async () => {
    const layers = [topTwoLayer({ inputShape: [D], sharedExpertWidth: 4, activation: 'gelu' }), tf.layers.dense({ units: 2 })]; // prettier-ignore
    const model = made(tf.sequential({ layers }));
    model.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError' });
    const x = tf.tensor2d(batch(32), [32, D]);
    const y = tf.slice(x, [0, 1], [32, 2]);
    const { history } = await model.fit(x, y, { epochs: 30, batchSize: 32 });
    const losses = history['loss'] as number[];
    expect(losses.at(-1)!).toBeLessThan(0.7 * losses[0]!);
    tf.dispose([x, y]);
  });

  it('says which tokens form a sequence; rows without a length are examples by themselves', () => {
    const seen: unknown[] = [];
    const router = defineRouter({
      ...topTwo,
      create(spec, options) {
        const made = topTwo.create(spec, options);
        const route: typeof made.route = (x, context) => {
          seen.push(context.sequences);
          return made.route(x, context);
        };
        return { ...made, route };
      },
    });
    for (const shape of [
      [3, D],
      [2, 4, D],
    ]) {
      const model = made(tf.sequential({ layers: [kerasMoELayer({ router, ...sizes, inputShape: shape.slice(1) })] })); // prettier-ignore
      tf.tidy(() => void model.predict(tf.zeros(shape)));
    }
    expect(seen).toEqual([
      { batch: 3, length: 1 },
      { batch: 2, length: 4 },
    ]);
  });

  it('leaves out padding that an embedding masks', async () => {
    const layer = topTwoLayer();
    const layers = [tf.layers.embedding({ inputDim: 9, outputDim: D, maskZero: true, inputLength: 4 }), layer]; // prettier-ignore
    const model = made(tf.sequential({ layers }));
    tf.tidy(() => {
      const y = model.predict(tf.tensor2d([[3, 7, 0, 0]])) as tf.Tensor3D;
      const sizesOf = tf.sum(tf.abs(y), 2).arraySync() as number[][];
      expect(sizesOf[0]!.map((size) => size > 0)).toEqual([true, true, false, false]);
    });
  });

  it('is not trained where trainable is false', async () => {
    const layer = topTwoLayer({ inputShape: [D], trainable: false });
    const model = tf.sequential({ layers: [layer, tf.layers.dense({ units: D })] });
    const initial = weightsOf(layer);
    await fitOnce(compiled(model), [6, D]);
    expect(weightsOf(layer)).toEqual(initial);
  });

  it.each([
    ['a vector', () => [4]],
    ['an unknown width', () => [2, null]],
    ['two inputs', () => [[2, 3], [2, 3]]], // prettier-ignore
  ])('refuses %s', async (_, shape) => {
    const layer = topTwoLayer();
    expect(await codeOf(() => layer.computeOutputShape(shape() as tf.Shape))).toMatch(/^MOE_SHAPE/);
    expect(await codeOf(() => layer.moe)).toMatch(/^MOE_SHAPE: .*before it is built/);
  });

  it('refuses wrong router options when it is made', async () => {
    const make = () => kerasMoELayer({ ...sizes, router: topTwo, routerOptions: { balance: -1 } });
    expect(await codeOf(make)).toMatch(/^MOE_OPTIONS: .*balance = -1/);
  });
});

/** Saves a model to memory. */
async function saved(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  const handler = tf.io.withSaveHandler(async (given) => {
    artifacts = given;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  });
  await model.save(handler);
  return artifacts!;
}

describe('saving and loading', () => {
  /** Noise in training, options and a name that TensorFlow.js's snake_case would break. */
  const noisy = defineRouter({
    ...topTwo,
    name: 'My_noisyROUTER',
    options: z.strictObject({ aB_cURL: z.string(), kMAX: z.number().default(1) }),
    create: (spec, { aB_cURL }) => {
      if (aB_cURL !== 'Some_Text/XY') throw new Error(aB_cURL);
      const router = createRouter(topTwo, spec, { balance: 0 });
      const noise = (context: Parameters<typeof router.route>[1]) =>
        context.training ? context.rng.uniform() : 0;
      return { ...router, route: (x, context) => router.route(tf.add(x, noise(context)), context) };
    },
  });
  const model = () =>
    made(
      tf.sequential({
        layers: [
          kerasMoELayer({ router: noisy, routerOptions: { aB_cURL: 'Some_Text/XY' }, ...sizes, sharedExpertWidth: 3, inputShape: [D] }), // prettier-ignore
        ],
      }),
    );
  const run = (of: tf.LayersModel, training: boolean) =>
    tf.tidy(() => {
      const x = tf.tensor2d(batch(4, 9), [4, D]);
      return [...(of.apply(x, { training }) as tf.Tensor).dataSync()];
    });

  it('gives the same model: weights, router, options, and noise that continues', async () => {
    const original = model();
    run(original, true); // one pass of noise is drawn
    const loaded = made(await tf.loadLayersModel(tf.io.fromMemory(await saved(original))));
    expect(run(loaded, false)).toEqual(run(original, false));
    const next = run(original, true);
    expect(run(loaded, true)).toEqual(next);
    expect(run(loaded, true)).not.toEqual(next);
    expect(loaded.layers[0]).toBeInstanceOf(KerasMoELayer);
  });

  it('names a router that was not registered, and loads no code for it', async () => {
    const artifacts = await saved(model());
    const topology = JSON.stringify(artifacts.modelTopology);
    for (const name of ['./evil.js', 'constructor', '__proto__']) {
      const renamed = topology.replace(/"router":"(?:[^"\\]|\\.)*"/, () => {
        const text = JSON.stringify(name).replace(/_/g, '\\u005f');
        return `"router":${JSON.stringify(text)}`;
      });
      expect(renamed).not.toBe(topology);
      const changed = { ...artifacts, modelTopology: JSON.parse(renamed) as object };
      expect(await codeOf(() => tf.loadLayersModel(tf.io.fromMemory(changed)))).toMatch(
        `MOE_ROUTER_UNREGISTERED: The saved model was trained with router ${name}`,
      );
    }
  });

  it('takes a router that was registered by hand', async () => {
    const artifacts = await saved(model());
    registerKerasRouters([noisy]);
    const loaded = made(await tf.loadLayersModel(tf.io.fromMemory(artifacts)));
    expect(kerasMoELayersOf(loaded)[0]!.moe.router.name).toBe('top-two');
  });
});

describe('a router with state', () => {
  const stateful = () =>
    kerasMoELayer({
      router: lossFree,
      routerOptions: { updateRate: 0.1 },
      ...sizes,
      inputShape: [D],
    });

  it('moves it after each batch, in nested models too, and saves it', async () => {
    const layer = stateful();
    const inner = tf.sequential({ layers: [layer] });
    const model = compiled(tf.sequential({ layers: [inner, tf.layers.dense({ units: D })] }));
    await fitOnce(model, [6, D], afterEachStep(model));
    const bias = () => [...layer.nonTrainableWeights[0]!.read().dataSync<'float32'>()];
    const moved = bias();
    expect(moved.some((b) => Math.abs(b) > 0.05)).toBe(true);
    const loaded = made(await tf.loadLayersModel(tf.io.fromMemory(await saved(model))));
    expect([...kerasMoELayersOf(loaded)[0]!.nonTrainableWeights[0]!.read().dataSync()]).toEqual(
      moved,
    );
    await fitOnce(model, [6, D], afterEachStep(model));
    expect(bias()).not.toEqual(moved);
  });

  it('refuses to train on while its state stands still', async () => {
    const model = compiled(tf.sequential({ layers: [stateful()] }), 0.01);
    await fitOnce(model, [6, D]);
    // apply, not fit, which leaves its index tensor behind when a step throws
    const again = () =>
      tf.tidy(() => model.apply(tf.ones([6, D]), { training: true }) as tf.Tensor);
    expect(await codeOf(again)).toMatch(
      /^MOE_AFTER_STEP: .*router bias-balanced .*afterEachStep\(model\)/,
    );
  });
});
