import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { runCli } from '../src/run-cli.js';
import { emptyFolder } from './moekit.js';

let written = '';
beforeEach(async () => {
  written = '';
  const folder = await emptyFolder();
  vi.spyOn(process, 'cwd').mockReturnValue(folder);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const run = (args: readonly string[]) => runCli(['node', 'moekit', ...args]);

test.each([[['new']], [['backend']]])('moekit %j alone shows its help', async (args) => {
  expect(await run(args)).toBe(2);
  expect(written).toMatch(/\n\nUsage: moekit [^]*\nExamples\n/);
});

const train = (...flags: string[]) => ['train', '--steps', '1', ...flags];

test.each([
  [train('--router', ''), 'BENCH_ROUTER_SPEC', /no name/],
  [train('--router', 'topk?k'), 'BENCH_ROUTER_SPEC', /not option=value/],
  [train('--router', 'a?b?c'), 'BENCH_ROUTER_SPEC', /a second \?/],
  [train('--router', 'topk?k=2&k=3'), 'BENCH_ROUTER_SPEC', /k twice/],
  [['bench', '--routers', 'topk?k=[1,2]'], 'MOE_OPTIONS', /k = \[1,2\]/],
  [['layer-time', '--routers', 'topk?k=[1,2]'], 'MOE_OPTIONS', /k = \[1,2\]/],
  [['bench', '--device', 'gpu'], 'CLI_USAGE', /--device/],
  [['bench', '--out', ''], 'CLI_USAGE', /--out/],
  [['bench', '--config', ''], 'CLI_USAGE', /--config/],
  [['bench', '--seeds', ','], 'CLI_USAGE', /--seeds/],
  [['bench', '--seeds', '1,,2'], 'CLI_USAGE', /--seeds/],
  [['bench', '--seeds', '99999999'], 'CLI_USAGE', /at most/],
  [['layer-time', '--tokens', ''], 'CLI_USAGE', /--tokens/],
  [['layer-time', '--sharpness', 'NaN'], 'CLI_USAGE', /--sharpness/],
  [['layer-time', '--sharpness', '1e400'], 'CLI_USAGE', /--sharpness/],
  [train('--save-every', ''), 'CLI_USAGE', /--save-every/],
  [train('--set', '__proto__.x=1'), 'BENCH_SET', /__proto__/],
  [train('--set', 'data={"__proto__":1}'), 'BENCH_SET', /__proto__/],
  [train('--set', 'training.learningRate=1e400'), 'BENCH_SET', /beyond all limits/],
  [train('--set', 'training.stepz=3'), 'BENCH_SET', /mean training\.steps\?/],
  [train('--set', 'training.seed=3'), 'BENCH_SET', /Paths are: task, experts/],
  [train('--set', 'constructor.x=3'), 'BENCH_SET', /got constructor\.x/],
  [train('--set', 'seed=1', '--set', 'seed=2'), 'BENCH_SET', /got seed twice/],
  [train('--set', 'training.batchSize=1,2'), 'BENCH_SET', /got 1,2\. moekit sweep trains/],
  [train('--set', 'training.steps=2'), 'BENCH_SET', /got --steps and --set training\.steps\./],
  [train('--seed', '1', '--set', 'seed=1'), 'BENCH_SET', /got --seed and --set seed\./],
  [
    train('--backend', 'wasm', '--set', 'backend=cpu'),
    'BENCH_SET',
    /--backend and --set backend\./,
  ],
  [
    train('--data', 'a.txt', '--set', 'data.source=b'),
    'BENCH_SET',
    /--data and --set data\.source/,
  ],
  [train('--router', 'topk?k=1', '--set', 'topk.k=2'), 'BENCH_SET', /--router topk\?k=1 and --set/],
  [
    train('--router', 'dense', '--set', 'router.options.x=3'),
    'BENCH_SET',
    /got router\.options\.x/,
  ],
  [train('--set', 'model.numLayerz=3'), 'BENCH_CONFIG', /did you mean numLayers\?/],
  [train('--set', 'threshold.treshold=1'), 'MOE_OPTIONS', /did you mean threshold\?/],
  [train('--router', 'topk', '--set', 'router.options.kk=1'), 'MOE_OPTIONS', /option kk/],
  [['sweep', 'null/modality', '--set', 'training.steps=1e400'], 'BENCH_SET', /beyond/],
  [['sweep', 'null/modality', '--set', '__proto__.x=1'], 'BENCH_SET', /__proto__/],
  [['sweep', 'null/modality', '--set', 'training.stepz=3'], 'BENCH_SET', /mean training\.steps\?/],
  [
    ['sweep', 'null/modality', '--backend', 'wasm', '--set', 'backend=cpu'],
    'BENCH_SET',
    /got --backend and --set backend\./,
  ],
  [['sweep', 'null/modality', '--set', 'backend=wasm,cpu'], 'BENCH_SET', /one value of backend/],
  [['sweep', 'null/modalty'], 'BENCH_EXPERIMENT_UNKNOWN', /mean null\/modality\?/],
  [['eval', 'nowhere', '--set', 'threshold='], 'BENCH_SET', /an empty value/],
  [['bench', '--routers', 'tresh'], 'CLI_ROUTER_UNKNOWN', /mean threshold\?/],
  [train('--task', 'trans'), 'CLI_USAGE', /mean translation\?/],
  [train('--backend', 'tensor'), 'MOE_OPTIONS', /did you mean tensorflow\?/],
  [['bench', '--backend', 'wams'], 'BENCH_CONFIG', /did you mean wasm\?/],
  [['kernel-times', '--backend', 'gpu'], 'BACKEND_UNKNOWN', /mean webgpu\?/],
  [train('--router', 'null-expert?kind=zeros'), 'MOE_OPTIONS', /did you mean zero\?/],
  [['sweep', 'grid.yaml'], 'BENCH_CONFIG', /does not exist/],
])('%j is %s', async (args, code, says) => {
  expect(await run(args)).toBe(2);
  expect(written).toMatch(new RegExp(`^error ${code}: [^\\n]+\\n$`));
  expect(written).toMatch(says);
});

test.each(['0x10', ' 1', '1 ', '+1', '-1', '1.0', '1e3', 'NaN', 'Infinity', '9999999999', '١'])(
  '%j is not a whole number',
  async (text) => {
    for (const flag of ['--steps', '--workers', '--device']) {
      expect(await run(['bench', `${flag}=${text}`]), flag).toBe(2);
      expect(written).toMatch(new RegExp(`^error CLI_USAGE: ${flag} `));
      written = '';
    }
    expect(await run(['kernel-times', `--repeats=${text}`])).toBe(2);
  },
);

test.each([
  [['trian'], 'moekit has no command trian. Did you mean train?'],
  [['backend', 'instal'], 'moekit backend has no command instal. Did you mean install?'],
  [['frobnicate'], 'moekit has no command frobnicate. Commands are bench, '],
  [['--verson'], 'moekit has no option --verson. Did you mean --version?'],
  [['bench', '--step', '3'], 'moekit bench has no option --step. Did you mean --steps?'],
  [['bench', '--frob'], 'moekit bench has no option --frob. See moekit bench --help.'],
  [['train', '--steps'], 'moekit train --steps needs a value: --steps <n>.'],
  [['train', 'topk'], 'moekit train takes the folder of a run, got topk, the name of a router'],
  [['doctor', 'topk'], 'moekit doctor takes no argument, got topk. Name the option'],
  [['route', 'a'], 'moekit route needs the argument <text>.'],
])('%j is answered with the nearest name', async (args, says) => {
  expect(await run(args)).toBe(2);
  expect(written).toContain(`error CLI_USAGE: ${says}`);
});

test('all mistakes of a command line come at once', async () => {
  const args = ['train', '--stepz', '3', '--seed', 'x', '--set', '--frob', '--keep=0', '--out='];
  expect(await run(args)).toBe(2);
  expect(written.split('\n')).toEqual([
    'error CLI_USAGE: The command line has 4 mistakes. Correct each of them:',
    '  moekit train has no option --stepz. Did you mean --steps?',
    expect.stringContaining('--seed must be a whole number'),
    expect.stringContaining('--keep must be a whole number'),
    expect.stringContaining('--out needs a value'),
    '',
  ]);
});

test('several values that are wrong are all reported, without the command', async () => {
  expect(await run(['bench', '--seeds', 'x', '--workers', '0', '--device', 'gpu'])).toBe(2);
  expect(written).toMatch(/3 mistakes.*\n.*--seeds.*\n.*--workers.*\n.*--device/);
});

test('routers that no one has and options that no router has are reported together', async () => {
  expect(await run(['bench', '--routers', 'swich,topk?kk=1,tresh'])).toBe(2);
  expect(written).toMatch(/3 mistakes.*\n.*mean switch\?\n.*topk\.kk = 1.*\n.*mean threshold\?/);
});
