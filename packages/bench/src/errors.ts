import { errorsOf } from '@moekit/kernels';

export const benchErrors = {
  BENCH_CONFIG: 'An experiment config does not fit its schema, or its file cannot be read.',
  BENCH_ROUTER_UNKNOWN: 'No router of that name is registered, and no file or package has it.',
  BENCH_ROUTER_SPEC: 'A router given as text (name?option=value) cannot be parsed.',
  BENCH_PLUGIN_FILE: 'A plug-in file is missing, or loading it throws.',
  BENCH_PLUGIN_EXPORT: 'A plug-in file has no default export.',
  BENCH_MATCH: 'A router cannot be given a model of matched parameters and compute.',
  BENCH_OUTPUT: 'The output folder or a file in it cannot be written.',
  BENCH_TRIAL: 'A trial failed with an error that has no code of its own.',
  BENCH_CHANGED: 'Data or code changed between the start of a run and one of its trials.',
  BENCH_WORKER: 'A worker process ended before its trial did, or sent an invalid message.',
  BENCH_ENGINE: 'An engine of the application did not report how a trial ended.',
  BENCH_TIMEOUT:
    'A trial, or a plug-in while it is loaded, reported nothing for longer than allowed.',
  BENCH_EXPERIMENT_UNKNOWN: 'No experiment of that name exists.',
  BENCH_MEMORY: 'A model whose weights alone do not fit in the memory of this machine.',
  BENCH_SET:
    'A setting (--set PATH=VALUE) cannot be read, leads nowhere, sets what another one or a flag sets, or has several values where one is taken.',
  BENCH_MERGE: 'Runs that have nothing in common cannot be one report.',
  BENCH_TRAINING_RUN:
    'A folder or a log that holds no training run, or something that is not its log.',
  BENCH_RESULTS: 'A results file does not fit its schema.',
} as const;

export const fail = errorsOf(benchErrors);
