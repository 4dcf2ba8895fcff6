import type { Command } from 'commander';

import type { EvalFlags } from '../commands/eval.js';
import { evalCommand } from '../commands/eval.js';
import type { InspectFlags } from '../commands/inspect.js';
import { inspectCommand } from '../commands/inspect.js';
import type { TrainFlags } from '../commands/train.js';
import { trainCommand } from '../commands/train.js';

const collect = (value: string, before: readonly string[]) => [...before, value];

/** `moekit train`, `eval` and `inspect`. `done` receives the exit code. */
export function addTraining(program: Command, done: (exitCode: number) => void): void {
  program
    .command('train')
    .description('train one model, with checkpoints that it can go on from bit for bit')
    .option('--task <name>', 'lm, translation, vision-language, ./my-task.ts or a package')
    .option('--data <text>', 'tiny-shakespeare, wikitext-2, a file or folder, or hf:owner/name')
    .option('--tokenizer <name>', 'bytes, bpe:4096, a tokenizer.json, or hf:owner/name')
    .option('--router <spec>', 'dense, threshold?threshold=0.5, ./my-router.ts, ...')
    .option('--config <file>', 'the run as .json or .ts; flags override it')
    .option('--set <key=value>', 'any key, e.g. model.numLayers=4; repeatable', collect, [])
    .option('--steps <n>', 'training steps')
    .option('--seed <n>', 'of weights, data order and noise')
    .option('--out <dir>', 'where checkpoints go')
    .option('--resume', 'go on from the last checkpoint in --out, or start where there is none')
    .option('--keep <n>', 'how many of the last checkpoints stay, beside the best', '3')
    .option('--save-every <n>', 'steps between checkpoints (default: a tenth of all)')
    .option('--log [file]', 'every event as a line of JSON (default: events.jsonl in --out)')
    .option('--tensorboard <dir>', 'event files that TensorBoard reads')
    .option('--backend <name>', 'auto, tensorflow, webgpu, wasm or cpu')
    .option('--device <n>', 'the one CUDA device to use (default: 0)')
    .option('--tf32', 'let float32 products on CUDA round their inputs to TF32')
    .option('--json', 'print how it ended as JSON')
    .option('--quiet', 'no progress')
    .action(async (flags: TrainFlags) => done(await trainCommand(flags)));
  addReaders(program, done);
}

function addReaders(program: Command, done: (exitCode: number) => void): void {
  program
    .command('eval <checkpoint>')
    .description('evaluate a checkpoint, or the last one of a run, on its held-out data')
    .option(
      '--set <option=value,...>',
      'router options other than those of training, e.g. threshold=0.5,0.9; repeatable',
      collect,
      [],
    )
    .option('--router <file>', 'the file of a router of your own, which is never loaded unasked')
    .option('--task <file>', 'the file of a task of your own, which is never loaded unasked')
    .option('--batches <n>', 'held-out batches', '64')
    .option('--best', "the best checkpoint of a run, by the task's first metric")
    .option('--measure', 'also what takes more than forward passes, such as BLEU')
    .option('--backend <name>', 'another than it was trained on')
    .option('--device <n>', 'the one CUDA device to use (default: 0)')
    .option('--tf32', 'let float32 products on CUDA round their inputs to TF32')
    .option('--json', 'print JSON')
    .action(async (path: string, flags: EvalFlags) => done(await evalCommand(path, flags)));
  program
    .command('inspect <path>')
    .description('what a checkpoint, a run or a results.json holds')
    .option('--tensors', 'list them')
    .option('--json', 'print JSON')
    .action(async (path: string, flags: InspectFlags) => done(await inspectCommand(path, flags)));
}
