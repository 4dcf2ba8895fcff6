import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'acorn';
import { expect, it } from 'vitest';

import { runInProcess } from './in-process.js';
import { emptyFolder } from './moekit.js';

const FILES: Readonly<Record<string, string>> = {
  'trailing.json': '{\n  "seeds": [1, 2,],\n}',
  'comment.json': '{\n  // three seeds\n  "seeds": [1, 2, 3]\n}',
  'twice.json': '{ "task": "lm",\n  "task": "lm" }',
  'empty.json': '',
  'list.json': '[]',
  'five.json': `{
  "training": { "stepz": 100, "batchSize": "8" },
  "routers": [
    "dense",
    { "router": "topk", "options": { "topK": 2 } },
    { "router": "swich" }
  ],
  "seed": 1
}`,
  'types.json': '{ "training": 3, "routers": "topk", "seeds": 3, "activations": "yes" }',
  'other-router.json': '{ "routers": [{ "router": "topk", "options": { "threshold": 0.5 } }] }',
  'baseline.json': '{ "routers": ["topk"], "baseline": "dense" }',
  'common.ts': 'const x = require("./nothing"); export default { seeds: [x] };',
  'short.txt': 'abc',
  'empty.txt': '',
  'notes.yaml': 'seeds: [1]',
};

const train = (...flags: string[]) => ['train', '--backend', 'cpu', '--steps', '1', ...flags];
const bench = (...flags: string[]) => ['bench', '--backend', 'cpu', '--steps', '1', ...flags];

/** Mistakes of somebody's first hour, on the command line and in configurations. */
const MISTAKES: readonly (readonly [what: string, args: readonly string[]])[] = [
  ['a command misspelt', ['trian']],
  ['a subcommand misspelt', ['backend', 'instal', 'tensorflow']],
  ['an option misspelt', ['train', '--step', '10']],
  ['two options misspelt and a value that is no number', ['train', '--stepz', '3', '--rooter', 'topk', '--seed', 'one']], // prettier-ignore
  ['an option without its value', ['train', '--steps']],
  ['a router as an argument', ['train', 'topk']],
  ['a run without its text', ['route', 'runs/first']],
  ['an unknown router', train('--router', 'treshold')],
  ['a router that another package calls so', bench('--routers', 'mixtrall,switchh')],
  ['an option of another router', train('--router', 'topk?threshold=0.5')],
  ['an option with a word for a number', train('--router', 'topk?k=two')],
  ['an option out of range', train('--router', 'threshold?threshold=1.5')],
  ['an option without a value', train('--router', 'topk?k')],
  ['--set with a colon', train('--set', 'training.batchSize:4')],
  ['several --set, all wrong', train('--set', 'training.stepz=3', '--set', 'model.layers=2', '--set', 'treshold.k=1')], // prettier-ignore
  ['--set of a value of the wrong type', train('--set', 'model.numLayers=two')],
  ['a task misspelt', train('--task', 'translate')],
  ['a backend misspelt', train('--backend', 'gpu')],
  ['a backend that is not installed', ['train', '--backend', 'tensorflow', '--steps', '1']],
  ['a preset misspelt', ['sweep', 'null/modality', '--preset', 'big']],
  ['an experiment misspelt', ['sweep', 'null/modalty']],
  ['a configuration that is not there', train('--config', 'run.json')],
  ['a folder for a configuration', train('--config', 'folder')],
  ['a configuration in YAML', train('--config', 'notes.yaml')],
  ['a comma after the last entry', bench('--config', 'trailing.json')],
  ['a comment in JSON', bench('--config', 'comment.json')],
  ['a key twice', bench('--config', 'twice.json')],
  ['an empty configuration', bench('--config', 'empty.json')],
  ['a list for a configuration', bench('--config', 'list.json')],
  ['five mistakes in one file', bench('--config', 'five.json')],
  ['values of other types', bench('--config', 'types.json')],
  ['an option of another router in a file', bench('--config', 'other-router.json')],
  ['a baseline that is not a row', bench('--config', 'baseline.json')],
  ['require of a file that is missing', bench('--config', 'common.ts')],
  ['a text that is not there', train('--data', 'corpus.txt')],
  ['an empty text', train('--data', 'empty.txt')],
  ['a text shorter than the context', train('--data', 'short.txt')],
  ['heads that do not divide the width', train('--set', 'model.modelWidth=50')],
  ['a model larger than any memory', train('--set', 'model.modelWidth=1000000', '--set', 'model.numLayers=64')], // prettier-ignore
  ['a checkpoint that is not there', ['generate', 'runs/first', '--prompt', 'To be']],
  ['the folder of a run that is a file', train('--out', 'short.txt')],
];

const home = (folder: string) => ({ MOEKIT_HOME: join(folder, 'home') });

it.each(MISTAKES)('%s', async (_, args) => {
  const cwd = await emptyFolder();
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(cwd, name), text);
  mkdirSync(join(cwd, 'folder'));
  const { code, stderr, stdout } = await runInProcess(args, { cwd, env: home(cwd) });
  const told = stderr
    .slice(stderr.indexOf('error '))
    .replaceAll(cwd, 'FOLDER')
    .replace(/with \d+ GiB/, 'with N GiB');
  expect([code, stdout]).toEqual([2, '']);
  expect(told).toMatch(/^error [A-Z]+_[A-Z_]+: [^\n]{20,}/); // a code, and a sentence
  expect(told).not.toMatch(/UNEXPECTED|TypeError|undefined is|\bat .*\.js:\d+/);
  expect(told).toMatchSnapshot();
});

it('resuming with other settings', async () => {
  const cwd = await emptyFolder();
  const small = ['--out', 'run', '--set', 'training.batchSize=2', '--set', 'training.evaluationBatches=1']; // prettier-ignore
  expect(await runInProcess(train(...small), { cwd, env: home(cwd) })).toMatchObject({ code: 0 });
  const other = train(...small, '--resume', '--set', 'model.numLayers=3');
  const { code, stderr } = await runInProcess(other, { cwd, env: home(cwd) });
  expect(code).toBe(2);
  expect(stderr.slice(stderr.indexOf('error '))).toMatchSnapshot();
}, 60_000);

const BINS = ['../bin/moekit.js', '../../create-moekit/bin/create-moekit.js'];

it.each(BINS)('%s can be read by every Node.js that has modules', (bin) => {
  const text = readFileSync(new URL(bin, import.meta.url), 'utf8');
  expect(() => parse(text, { ecmaVersion: 2020, sourceType: 'module', allowHashBang: true })).not.toThrow(); // prettier-ignore
});

it.each(BINS)('%s says which Node.js it needs', (bin) => {
  const old =
    "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.4'})";
  const file = fileURLToPath(new URL(bin, import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, ['--import', old, file, '--help'], { encoding: 'utf8' }); // prettier-ignore
  expect(status).toBe(2);
  expect(stderr).toMatch(
    /^error \w+_NODE: [^\n]+ needs Node\.js 20\.19, [^\n]+, got 18\.20\.4\. Install [^\n]+\n$/,
  );
});
