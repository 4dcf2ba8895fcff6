import { nearest } from '../src/index.js';
import { expect, test } from 'vitest';

const routers = 'dense switch topk noisy-topk base st-moe threshold null-expert'.split(' ');
const tasks = 'lm translation vision-language'.split(' ');
const backends = 'auto tensorflow webgpu wasm cpu'.split(' ');
const options = 'threshold capacityFactor evalCapacityFactor minCapacity capacityPriority zLossCoefficient balanceCoefficient jitter k normalise numLayers modelWidth batchSize steps learningRate'.split(' '); // prettier-ignore

const typos = (list: readonly string[], pairs: string) =>
  pairs.split(/\s+/).map((pair) => [pair.split('>')[0]!, pair.split('>')[1]!, list] as const);

test.each([
  ...typos(
    routers,
    'tresh>threshold treshold>threshold thresold>threshold tpok>topk topkk>topk swich>switch noisy>noisy-topk null>null-expert nullexpert>null-expert stmoe>st-moe Dense>dense',
  ),
  ...typos(
    tasks,
    'ml>lm llm>lm trans>translation tranlation>translation translate>translation transaltion>translation vision>vision-language language>vision-language vision_language>vision-language vison-langauge>vision-language',
  ),
  ...typos(
    backends,
    'tensor>tensorflow tf>tensorflow tensroflow>tensorflow gpu>webgpu web>webgpu webgup>webgpu wams>wasm WASM>wasm cup>cpu atuo>auto',
  ),
  ...typos(
    options,
    'tresh>threshold capacity>capacityFactor capacityfactor>capacityFactor evalCapacity>evalCapacityFactor zLoss>zLossCoefficient balance>balanceCoefficient jiter>jitter normalize>normalise topK>k top-k>k layers>numLayers batch>batchSize stepz>steps lr>learningRate',
  ),
])('%s is near %s', (typed, name, names) => expect(nearest(typed, names)).toBe(name));

test.each(['', 'x', 'gpt-4', 'a.b', 'mixture-of-experts', 'constructor'])(
  '%j is near no router',
  (typed) => expect(nearest(typed, routers)).toBeUndefined(),
);

test('a name of a million letters is near none, and one among a thousand is found', () => {
  expect(nearest('topk'.repeat(250_000), routers)).toBeUndefined();
  const many = Array.from({ length: 1000 }, (_, index) => `layer-${index}`);
  expect(nearest('layr-999', many)).toBe('layer-999');
});
