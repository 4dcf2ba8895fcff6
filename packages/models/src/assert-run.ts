import { assertKinds } from '@moekit/core';

/** @throws MOE_OPTIONS unless the value reads and writes text */
export function assertLanguageModel(what: string, model: unknown): void {
  assertKinds(
    `The model of ${what}`,
    model,
    { config: 'object', forward: 'function', startReading: 'function' },
    'Pass a language model, as createLanguageModel or the model of loadRun gives it.',
  );
}

/** @throws MOE_OPTIONS unless a run has what text needs */
export function assertTextRun(what: string, run: unknown): void {
  const fix = 'Pass { model, tokenizer }, as loadRun gives them.';
  assertKinds(what, run, { model: 'object', tokenizer: 'object' }, fix);
  const { model, tokenizer } = run as Readonly<Record<string, unknown>>;
  assertLanguageModel(what, model);
  assertKinds(
    `The tokenizer of ${what}`,
    tokenizer,
    { encode: 'function', decode: 'function' },
    fix,
  );
}

/** @throws MOE_OPTIONS unless the value is a text */
export function assertText(what: string, argument: string, text: unknown): void {
  assertKinds(what, { [argument]: text }, { [argument]: 'text' }, 'Pass a string.');
}

/** @throws MOE_OPTIONS unless the value can be trained and evaluated */
export function assertTask(what: string, task: unknown): void {
  assertKinds(
    `The task of ${what}`,
    task,
    { model: 'object', pass: 'function', heldOutBatches: 'function', sizeOf: 'function' },
    'Pass a task, as createLanguageTask(model, data, { batchSize }) gives it.',
  );
}
