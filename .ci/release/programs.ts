import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The ten lines of the README: what a reader copies. */
export async function readmeProgram(): Promise<string> {
  const readme = await readFile(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
  return /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
}

/** The program of docs/install.md that starts TensorFlow and trains a layer. */
export async function tensorflowProgram(): Promise<string> {
  const page = fileURLToPath(new URL('../../docs/install.md', import.meta.url));
  const blocks = [...(await readFile(page, 'utf8')).matchAll(/```ts\n([\s\S]*?)```/g)];
  return blocks.map(([, code]) => code!).find((code) => code.includes("('tensorflow')"))!;
}

export const commonJs = `
const tf = require('@tensorflow/tfjs');
const { FeedForwardExperts, MoELayer, createRng, createRouter } = require('@moekit/core');
const { switchRouter } = require('@moekit/router-topk');

const sizes = { modelWidth: 16, numExperts: 4, seed: 1 };
const layer = new MoELayer({
  router: createRouter(switchRouter, sizes),
  experts: new FeedForwardExperts({ ...sizes, expertWidth: 32 }),
});
const x = tf.randomNormal([64, 16], 0, 1, 'float32', 1);
const optimizer = tf.train.adam(1e-2);
for (let step = 0; step < 20; step++) {
  const loss = optimizer.minimize(() => {
    const { output } = layer.call(x, { training: true, rng: createRng(step) });
    return tf.losses.meanSquaredError(tf.reverse(x, 1), output);
  }, true);
  console.log(step, loss.dataSync()[0]);
}
`;

export const layersModel = `
import * as tf from '@tensorflow/tfjs';
import { kerasMoELayer, registerKerasRouters } from '@moekit/core/keras';
import { thresholdRouter } from '@moekit/router-threshold';

const model = tf.sequential({
  layers: [
    kerasMoELayer({ router: thresholdRouter, routerOptions: { threshold: 0.8 }, numExperts: 4, expertWidth: 16, inputShape: [8] }),
    tf.layers.dense({ units: 1 }),
  ],
});
model.compile({ optimizer: tf.train.adam(1e-2), loss: 'meanSquaredError' });
const x = tf.randomNormal([128, 8], 0, 1, 'float32', 1);
const y = tf.sum(tf.square(x), 1, true);
const { history } = await model.fit(x, y, { epochs: 10, batchSize: 32, shuffle: false, verbose: 0 });
history.loss.forEach((loss, epoch) => console.log('loss', epoch, loss));

let saved;
await model.save(tf.io.withSaveHandler(async (artifacts) => {
  saved = artifacts;
  return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
}));
registerKerasRouters([thresholdRouter]);
const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
const difference = tf.max(tf.abs(tf.sub(model.predict(x), loaded.predict(x)))).dataSync()[0];
console.log('difference', difference);
`;

export const page = `
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { FeedForwardExperts, MoELayer, createRng, createRouter, totalRouterLoss } from '@moekit/core';
import { thresholdRouter } from '@moekit/router-threshold';

const sizes = { modelWidth: 8, numExperts: 4, seed: 1 };
const layer = new MoELayer({
  router: createRouter(thresholdRouter, sizes, { threshold: 0.8 }),
  experts: new FeedForwardExperts({ ...sizes, expertWidth: 16 }),
});
const x = tf.randomNormal([32, 8], 0, 1, 'float32', 1);
const optimizer = tf.train.adam(1e-2);
for (let step = 0; step < 20; step++) {
  const loss = optimizer.minimize(() => {
    const { output, routing } = layer.call(x, { training: true, rng: createRng(step) });
    return tf.add(tf.losses.meanSquaredError(tf.reverse(x, 1), output), totalRouterLoss(routing.losses));
  }, true);
  document.querySelector('#losses').append('loss ' + loss.dataSync()[0] + '\\n');
}
`;

export const languageModelPage = `
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import { FeedForwardExperts, MoELayer, createRouter } from '@moekit/core';
import { bpeTokenizer, tokenize, trainBpe } from '@moekit/data';
import { createLanguageModel, createLanguageTask, smallLanguageModel, smallTraining, train } from '@moekit/models';
import { thresholdRouter } from '@moekit/router-threshold';

const verse = 'Tyger Tyger, burning bright, In the forests of the night. '.repeat(40);
const bytes = new TextEncoder().encode(verse);
const source = { name: 'The Tyger', attribution: 'William Blake', train: bytes, validation: bytes.slice(0, 600) };
const data = tokenize(source, bpeTokenizer(trainBpe([verse], { vocabSize: 280 }), 'bpe:280'));
const sizes = { numExperts: 4, expertWidth: 16 };
const config = { ...smallLanguageModel, vocabSize: data.vocabSize, modelWidth: 16, contextLength: 16, feedForwardWidth: 32 };
const model = createLanguageModel(config, ({ modelWidth, seed }) => new MoELayer({
  router: createRouter(thresholdRouter, { modelWidth, seed, numExperts: sizes.numExperts }),
  experts: new FeedForwardExperts({ ...sizes, modelWidth, seed }),
}));
const task = createLanguageTask(model, data, { batchSize: 4 });
const losses = document.querySelector('#losses');
train(task, { ...smallTraining, steps: 20, warmupSteps: 2, evaluationBatches: 1 }).subscribe({
  next: (event) => event.type === 'step' && losses.append('loss ' + event.loss + '\\n'),
  error: (error) => losses.append(String(error) + '\\n'),
});
`;

export const html = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>moekit</title></head>
  <body><pre id="losses"></pre><script type="module" src="/main.js"></script></body>
</html>
`;
