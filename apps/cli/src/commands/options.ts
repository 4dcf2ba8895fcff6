import { Option } from '@commander-js/extra-typings';

import { wholeNumber } from './numbers.js';

/** Collects the values of an option that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** Options that several commands have: declared here once, made for each of them. */
export const common = {
  get backend() {
    return new Option('--backend <name>', 'auto, tensorflow, webgpu, wasm or cpu');
  },
  get data() {
    return new Option(
      '--data <text>',
      'tiny-shakespeare, wikitext-2, registers, hf:owner/name, or the path of a file or folder',
    );
  },
  get device() {
    return new Option('--device <n>', 'the one CUDA device to use (default: 0)').argParser(
      wholeNumber('--device'),
    );
  },
  get json() {
    return new Option('--json', 'print JSON');
  },
  get quiet() {
    return new Option('--quiet', 'show no progress');
  },
  get set() {
    return new Option(
      '--set <path=value>',
      'e.g. model.numLayers=4, threshold.threshold=0.5,0.9; several values: sweep, eval; repeatable',
    )
      .argParser(collect)
      .default<readonly string[]>([]);
  },
  get tf32() {
    return new Option('--tf32', 'let float32 products on CUDA round their inputs to TF32');
  },
  get verbose() {
    return new Option('--verbose', "also show the log lines of TensorFlow's library");
  },
  get wide() {
    return new Option('--wide', 'show every column, however wide the terminal');
  },
  get timeout() {
    return new Option(
      '--timeout <seconds>',
      'seconds without a sign of life that end a plug-in being loaded (default: 60) or a trial (default: 1800)',
    ).argParser(wholeNumber('--timeout', 1));
  },
  get tokenizer() {
    return new Option('--tokenizer <name>', 'bytes, bpe:4096, a tokenizer.json, or hf:owner/name');
  },
  get workers() {
    return new Option('--workers <n>', 'trials at once (default: the cores)').argParser(
      wholeNumber('--workers', 1),
    );
  },
};
