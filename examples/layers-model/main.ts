import { mkdir, readFile, writeFile } from 'node:fs/promises';

import { afterEachStep, kerasMoELayer, registerKerasRouters } from '@moekit/core/keras';
import { thresholdRouter } from '@moekit/router-threshold';
import * as tf from '@tensorflow/tfjs';

const moe = { router: thresholdRouter, routerOptions: { threshold: 0.8 }, numExperts: 4 };
const model = tf.sequential({
  layers: [
    kerasMoELayer({ ...moe, expertWidth: 16, inputShape: [8] }),
    tf.layers.dense({ units: 1 }),
  ],
});
model.summary();
model.compile({ optimizer: tf.train.adam(1e-2), loss: 'meanSquaredError' });

const x = tf.randomNormal([256, 8], 0, 1, 'float32', 1);
const y = tf.sum(tf.square(x), 1, true);
const { history } = await model.fit(x, y, {
  epochs: 20,
  batchSize: 32,
  shuffle: false,
  verbose: 0,
  callbacks: afterEachStep(model), // for routers with state
});
const losses = history['loss'] as number[];
console.log('loss', losses[0], '->', losses.at(-1));

// Saved as a page or another program loads it: the topology as JSON, the weights as bytes.
await model.save(
  tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
    await mkdir('saved', { recursive: true });
    await writeFile('saved/model.json', JSON.stringify({ modelTopology, weightSpecs }));
    await writeFile('saved/weights.bin', new Uint8Array(weightData as ArrayBuffer));
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  }),
);

// A program that did not build the model says which routers it may name.
registerKerasRouters([thresholdRouter]);
const artifacts = JSON.parse(await readFile('saved/model.json', 'utf8')) as tf.io.ModelArtifacts;
const weightData = new Uint8Array(await readFile('saved/weights.bin')).buffer;
const loaded = await tf.loadLayersModel(tf.io.fromMemory({ ...artifacts, weightData }));
const [before, after] = [model.predict(x), loaded.predict(x)] as [tf.Tensor, tf.Tensor];
console.log(
  'largest difference after loading',
  tf.max(tf.abs(tf.sub(before, after))).dataSync()[0],
);
