/** A command line, and what it does. */
export type Example = readonly [line: string, meaning: string];

/** A command, and those that it is under. */
interface Named {
  readonly parent: Named | null;
  name(): string;
}

/** By the words of the command; a test runs each through the parser. */
const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  moekit: [
    ['moekit bench', 'seven routers and a dense baseline, two minutes on two cores'],
    ['moekit train --router threshold --out runs/first', 'one model, with checkpoints'],
    ['moekit route runs/first "To be, or not to be"', 'its words, coloured by expert'],
    ['moekit routers threshold', 'what a router decides, and its options'],
    ['moekit bench --help', 'examples and options of a command'],
  ],
  'moekit bench': [
    ['moekit bench', 'the default routers on Tiny Shakespeare'],
    ['moekit bench --routers "switch,topk?k=2" --seeds 5', 'two routers, five seeds'],
    ['moekit bench --router ./my-router.ts --routers topk', 'a router of your own'],
    ['moekit bench --data ./book.txt --json', 'a text of your own, results as JSON'],
  ],
  'moekit sweep': [
    ['moekit sweep null/modality', 'a question of a paper, answered in minutes'],
    ['moekit sweep routers/zoo --preset large', 'every router, at the larger size'],
    ['moekit sweep grid.json --set threshold.threshold=0.5,0.9', 'a grid of your own'],
    ['moekit experiments', 'the experiments to choose from'],
  ],
  'moekit report': [
    ['moekit report results/a results/b', 'two runs as one report, in moekit-report'],
    ['moekit report results/a --out shown', 'written to another folder'],
    ['moekit report runs/first runs/second', 'two training runs, their curves on one chart'],
  ],
  'moekit train': [
    ['moekit train --router "topk?k=2" --out runs/first', 'a language model, with checkpoints'],
    ['moekit train --out runs/first --resume', 'the same run, from its last checkpoint'],
    ['moekit train runs/first --resume --steps 600', 'more steps of a run that has ended'],
    ['moekit train --from runs/first --data mine.txt', 'its weights, trained on another text'],
    ['moekit train --task vision-language --steps 600', 'questions about pictures'],
    ['moekit train --set model.numLayers=4 --steps 500', 'another size, more steps'],
  ],
  'moekit eval': [
    ['moekit eval runs/first', 'held-out figures of the last checkpoint'],
    ['moekit eval runs/first --set threshold.threshold=0.3,0.5', 'under other options'],
    ['moekit eval runs/first --best --batches 256', 'the best one, on more text'],
  ],
  'moekit generate': [
    ['moekit generate runs/first --prompt "ROMEO:"', 'a text as the model continues it'],
    ['moekit generate runs/first --prompt - --temperature 0', 'a prompt from standard input'],
  ],
  'moekit route': [
    ['moekit route runs/first "To be, or not to be"', 'its tokens coloured by expert'],
    ['moekit route runs/first "To be" --by count', 'coloured by how many experts they take'],
    ['moekit route runs/first "To be" --out routed.html', 'a page of it'],
  ],
  'moekit inspect': [
    ['moekit inspect runs/first', 'the last checkpoint of a run'],
    ['moekit inspect runs/first --tensors', 'with its tensors'],
    ['moekit inspect results/a/results.json --wide', 'results, with every column'],
  ],
  'moekit routers': [
    ['moekit routers', 'every router, by package'],
    ['moekit routers threshold', 'what one decides, and its options'],
    ['moekit routers ./my-router.ts --json', 'one of your own, as JSON'],
  ],
  'moekit tasks': [
    ['moekit tasks', 'every task'],
    ['moekit tasks lm', 'its data, its options, how to run it'],
  ],
  'moekit experiments': [
    ['moekit experiments', 'every experiment, by paper'],
    ['moekit experiments null/modality', 'its question, its rows, how to run it'],
  ],
  'moekit layer-time': [
    ['moekit layer-time', 'a layer under four thresholds'],
    ['moekit layer-time --routers "topk?k=1,topk?k=2" --experts 16', 'other routers and sizes'],
  ],
  'moekit kernel-times': [
    ['moekit kernel-times --only small', 'the cases whose name contains small'],
    ['moekit kernel-times --check', 'which bars are reached'],
  ],
  'moekit doctor': [
    ['moekit doctor', 'what this machine can run; every backend is started'],
    ['moekit doctor --json', 'the same as JSON'],
  ],
  'moekit completion': [
    ['moekit completion bash', 'source <(moekit completion bash) in ~/.bashrc'],
    ['moekit completion zsh', 'source <(moekit completion zsh) in ~/.zshrc, after compinit'],
    ['moekit completion fish', 'write it to ~/.config/fish/completions/moekit.fish'],
  ],
  'moekit backend': [
    ['moekit backend install tensorflow', 'TensorFlow for this machine'],
    ['moekit backend list', 'what is installed'],
  ],
  'moekit backend install': [
    ['moekit backend install tensorflow', 'TensorFlow on the CPU'],
    ['moekit backend install tensorflow --gpu', 'with CUDA'],
  ],
  'moekit backend list': [['moekit backend list', 'what is installed, and where']],
  'moekit backend remove': [['moekit backend remove tensorflow', 'every TensorFlow of moekit']],
  'moekit backend verify': [['moekit backend verify', 'products and gradients, computed']],
  'moekit new': [['moekit new router my-router', 'a package with a router of your own']],
  'moekit new router': [['moekit new router my-router', 'a folder my-router, ready to test']],
};

/** Examples of a command, in the order in which a newcomer needs them. */
export function examplesOf(command: Named): readonly Example[] {
  return EXAMPLES[pathOf(command)] ?? [];
}

/** `moekit backend install` */
export function pathOf(command: Named): string {
  const above = command.parent;
  return above ? `${pathOf(above)} ${command.name()}` : command.name();
}
