import { readFileSync } from 'node:fs';

import { DockerfileParser } from 'dockerfile-ast';

export interface Step {
  readonly keyword: string;
  /** The text after the keyword, lines joined. */
  readonly text: string;
}

/** From one FROM to the next. */
export interface Stage {
  readonly base: string;
  readonly steps: readonly Step[];
}

/** The stages of a Dockerfile, in its order. */
export function readStages(file: string): Stage[] {
  const stages: { base: string; steps: Step[] }[] = [];
  const instructions = DockerfileParser.parse(readFileSync(file, 'utf8')).getInstructions();
  for (const instruction of instructions) {
    const keyword = instruction.getKeyword();
    const text = instruction.getArguments().map(String).join(' ');
    if (keyword === 'FROM') stages.push({ base: text.split(' ')[0]!, steps: [] });
    else stages.at(-1)!.steps.push({ keyword, text });
  }
  return stages;
}
