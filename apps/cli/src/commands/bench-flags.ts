import { loadConfig, parseExperiment, parseRouter, parseRouters } from '@moekit/bench';
import type { Experiment } from '@moekit/bench';

import { fail } from '../errors.js';

/** Flags of `moekit bench`, as commander hands them over. */
export interface BenchFlags {
  readonly config?: string;
  readonly task?: string;
  readonly data?: string;
  readonly tokenizer?: string;
  readonly routers?: string;
  readonly router?: readonly string[];
  readonly seeds?: string;
  readonly steps?: string;
  readonly backend?: string;
  readonly device?: string;
  readonly tf32?: boolean;
  readonly workers?: string;
  readonly timeout?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/**
 * The experiment that the flags describe: the config file, or the defaults, with the flags over it.
 * @throws BENCH_CONFIG, BENCH_ROUTER_SPEC, CLI_USAGE
 */
export async function experimentOf(flags: BenchFlags, cwd = process.cwd()): Promise<Experiment> {
  const config = flags.config === undefined ? {} : await loadConfig(flags.config, cwd);
  const from = flags.config === undefined ? 'The experiment' : `Config ${flags.config}`;
  const chosen = {
    ...config,
    ...(flags.task !== undefined && { task: flags.task }),
    ...(flags.backend !== undefined && { backend: flags.backend }),
    ...(flags.seeds !== undefined && { seeds: parseSeeds(flags.seeds) }),
    ...(flags.routers !== undefined && { routers: routerList(flags.routers) }),
    data: override(config['data'], { source: flags.data, tokenizer: flags.tokenizer }),
    training: override(config['training'], {
      steps: flags.steps === undefined ? undefined : wholeNumber('--steps', flags.steps),
    }),
  };
  const experiment = parseExperiment(chosen, from);
  if (!flags.router?.length) return experiment;
  const routers = [...experiment.routers, ...flags.router.map(parseRouter)];
  return parseExperiment({ ...chosen, routers }, from);
}

/** The dense baseline comes first whether it was listed or not. */
function routerList(text: string) {
  const routers = parseRouters(text);
  const listed = routers.some(({ router }) => router === 'dense');
  return listed ? routers : [{ router: 'dense', options: {} }, ...routers];
}

const MOST_SEEDS = 10_000;

/** `3` is the first three seeds, `1,5` are those two, `7,` is that one. */
function parseSeeds(text: string): readonly number[] {
  const parts = text.replace(/,\s*$/, '').split(',');
  const numbers = parts.map((part) => wholeNumber('--seeds', part.trim()));
  if (text.includes(',')) return numbers;
  if (numbers[0]! > MOST_SEEDS) throw notANumber('--seeds', text, `at most ${MOST_SEEDS}`);
  return Array.from({ length: numbers[0]! }, (_, index) => index + 1);
}

/** A whole number as people write one: digits alone, no 0x10, no 1e3, no space. @throws CLI_USAGE */
export function wholeNumber(flag: string, text: string, least = 0): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= least) return value;
  throw notANumber(flag, text, `a whole number of at least ${least}, below a billion`);
}

/** A number above 0 in decimal notation. @throws CLI_USAGE */
export function positiveNumber(flag: string, text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+(e[+-]?\d+)?$/i.test(text) && Number.isFinite(value) && value > 0) return value;
  throw notANumber(flag, text, 'a number above 0');
}

function notANumber(flag: string, text: string, what: string) {
  const fix = 'See --help of the command.';
  return fail('CLI_USAGE', { asked: `${flag} must be ${what}`, got: JSON.stringify(text), fix });
}

function override(base: unknown, values: Readonly<Record<string, unknown>>) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  if (base !== undefined && (base === null || typeof base !== 'object')) return base;
  return { ...base, ...Object.fromEntries(given) };
}
