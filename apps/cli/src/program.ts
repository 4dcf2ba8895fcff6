import { versionOf } from '@moekit/bench';
import { Command } from 'commander';

import { addBackend } from './backend/add-backend.js';
import { bench } from './commands/bench.js';
import type { BenchFlags } from './commands/bench-flags.js';
import { doctor } from './commands/doctor.js';
import type { KernelTimesFlags } from './commands/kernel-times.js';
import { kernelTimes } from './commands/kernel-times.js';
import type { LayerTimeFlags } from './commands/layer-time.js';
import { layerTime } from './commands/layer-time.js';
import { newRouter } from './commands/new-router.js';
import type { ReportFlags } from './commands/report.js';
import { report } from './commands/report.js';
import type { SweepFlags } from './commands/sweep.js';
import { sweep } from './commands/sweep.js';
import { print } from './output/terminal.js';
import { refuseEmptyPaths } from './refuse-empty-paths.js';
import { addTraining } from './training/add-training.js';

const TIMEOUT = 'silence that ends a plug-in being loaded (default: 60), a trial (default: 1800)';

const collect = (value: string, before: readonly string[]) => [...before, value];

/** The command line. `done` receives the exit code of the command that ran. */
export function createProgram(done: (exitCode: number) => void): Command {
  const program = new Command('moekit')
    .description('Compare Mixture-of-Experts routers on your own machine.')
    .version(versionOf('@moekit/bench') ?? 'unknown')
    .exitOverride()
    .configureOutput({ writeOut: print, outputError: () => undefined });
  addBench(program, done);
  addSweep(program, done);
  addTraining(program, done);
  addBackend(program, done);
  addLayerTime(program, done);
  addKernelTimes(program, done);
  addNew(program, done);
  program
    .command('doctor')
    .description('versions, backends found, and which would be chosen and why')
    .option('--json', 'print JSON')
    .action(async (flags: { json?: boolean }) => done(await doctor(flags)));
  refuseEmptyPaths(program);
  return program;
}

function addBench(program: Command, done: (exitCode: number) => void): void {
  program
    .command('bench')
    .description('train the same language model under every router and compare them')
    .option('--routers <list>', 'rows, e.g. switch,threshold?threshold=0.5 (dense is always added)')
    .option(
      '--router <file>',
      'a router of your own: file, folder or package, with #export and ?option=value; repeatable',
      collect,
      [],
    )
    .option('--seeds <n>', 'how many seeds, or a list such as 1,5,7')
    .option('--steps <n>', 'training steps')
    .option('--backend <name>', 'auto, tensorflow, webgpu, wasm or cpu')
    .option('--device <n>', 'the one CUDA device to use (default: 0)')
    .option('--tf32', 'let float32 products on CUDA round their inputs to TF32')
    .option('--task <name>', 'lm')
    .option('--data <text>', 'tiny-shakespeare, wikitext-2, a file or folder, or hf:owner/name')
    .option('--tokenizer <name>', 'bytes, bpe:4096, a tokenizer.json, or hf:owner/name')
    .option('--config <file>', 'an experiment, .json or .ts; flags override it')
    .option('--out <dir>', 'where results.json and report.html go')
    .option('--workers <n>', 'trials at once (default: the cores)')
    .option('--timeout <seconds>', TIMEOUT)
    .option('--json', 'print the results as JSON')
    .option('--quiet', 'no progress')
    .action(async (flags: BenchFlags) => done(await bench(flags)));
}

function addSweep(program: Command, done: (exitCode: number) => void): void {
  program
    .command('sweep <experiment>')
    .description("run an experiment's grid: a name such as null/modality, or a .json or .ts file")
    .option('--preset <name>', 'quick (two minutes) or large', 'quick')
    .option('--set <key=values>', 'e.g. training.steps=100,200; repeatable', collect, [])
    .option('--workers <n>', 'trials at once (default: the cores)')
    .option('--timeout <seconds>', TIMEOUT)
    .option('--resume', 'keep the trials that finished before in the same folder')
    .option('--backend <name>', 'auto, tensorflow, webgpu, wasm or cpu')
    .option('--device <n>', 'the one CUDA device to use (default: 0)')
    .option('--out <dir>', 'where trials, results.json and report.html go')
    .option('--json', 'print the results as JSON')
    .option('--quiet', 'no progress')
    .action(async (source: string, flags: SweepFlags) => done(await sweep(source, flags)));
  program
    .command('report <dirs...>')
    .description('one report of several runs')
    .option('--out <dir>', 'where results.json and report.html go', 'moekit-report')
    .option('--json', 'print the results as JSON')
    .action(async (dirs: string[], flags: ReportFlags) => done(await report(dirs, flags)));
}

const THRESHOLDS = [0.3, 0.5, 0.7, 0.9].map((t) => `threshold?threshold=${t}`).join(',');

function addLayerTime(program: Command, done: (exitCode: number) => void): void {
  program
    .command('layer-time')
    .description('time one MoE layer under several routers, next to the FLOPs counted')
    .option('--routers <list>', 'routers with options', THRESHOLDS)
    .option('--backend <name>', 'auto, tensorflow, webgpu, wasm or cpu', 'auto')
    .option('--tokens <n>', 'tokens in one pass')
    .option('--model-width <n>', 'width of a token')
    .option('--expert-width <n>', 'width of an expert')
    .option('--experts <n>', 'number of experts')
    .option('--sharpness <x>', "factor on the router's initial weights, as if trained")
    .option('--repeats <n>', 'timed passes per row')
    .option('--json', 'print JSON')
    .action(async (flags: LayerTimeFlags) => done(await layerTime(flags)));
}

function addKernelTimes(program: Command, done: (exitCode: number) => void): void {
  program
    .command('kernel-times')
    .description('time the dispatch kernels next to dense layers, loops and PyTorch')
    .option('--backend <name>', 'auto, tensorflow, webgpu, wasm or cpu', 'auto')
    .option('--only <text>', 'the cases whose name holds it')
    .option('--peers [python]', 'also PyTorch and Hugging Face, in this interpreter')
    .option('--repeats <n>', 'timed passes of each', '9')
    .option('--check', 'say which bars are reached')
    .option('--json', 'print JSON')
    .action(async (flags: KernelTimesFlags) => done(await kernelTimes(flags)));
}

function addNew(program: Command, done: (exitCode: number) => void): void {
  program
    .command('new')
    .description('start something of your own')
    .command('router <name>')
    .description('a package with a router of your own: tested, documented, ready to publish')
    .action(async (name: string) => done(await newRouter(name)));
}
