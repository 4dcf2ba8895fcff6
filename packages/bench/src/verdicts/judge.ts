import { divergedSeeds } from '../results/learned.js';
import { isControl } from '../results/control.js';
import type { Answerable } from '../papers/named-experiment.js';
import type { Row } from '../results/results-schema.js';
import type { Question } from '../spec/question.js';
import {
  differencePValue,
  equivalencePValue,
  inferiorityPValue,
  intervalAt,
} from '../statistics/estimate.js';
import type { Estimate } from '../statistics/estimate.js';
import { holm } from '../statistics/holm.js';
import { equivalencePower, noWorsePower, seedsFor } from '../statistics/power.js';
import { measure } from './estimates.js';
import type { Measured } from './estimates.js';
import { familyOf } from './family.js';
import { figureOf } from './figure-of.js';
import { marginOf } from './margin-of.js';
import { obstacleOf } from './obstacle-of.js';
import { questionsOf } from './questions-of.js';
import { unitOf } from './unit-of.js';
import type { Verdict, VerdictKind } from './verdict.js';

/** Every question of an experiment answered, the planned ones first. The same results give the same verdicts, to the bit. */
export function judge(results: Answerable): readonly Verdict[] {
  const questions = questionsOf(results);
  const drafts = questions.map(({ question, planned }) => draft(results, question, planned));
  const planned = drafts.filter((one) => one.planned);
  const corrected = (p: (one: Draft) => number | null) => {
    const known = planned.filter((one) => p(one) !== null);
    const adjusted = holm(known.map((one) => p(one)!));
    return (one: Draft) => (one.planned ? (adjusted[known.indexOf(one)] ?? null) : p(one));
  };
  const difference = corrected((one) => one.differenceP);
  const equivalence = corrected((one) => one.equivalenceP);
  return drafts.map((one) => verdictOf(one, difference(one), equivalence(one)));
}

/** A question with its figures, before the p values of all of them are corrected together. */
interface Draft {
  readonly question: Question;
  readonly planned: boolean;
  readonly unit: string;
  readonly better: 'lower' | 'higher' | null;
  readonly margin: number | null;
  readonly measured: Measured | null;
  readonly reason: string | null;
  readonly rows: number;
  readonly differenceP: number | null;
  readonly equivalenceP: number | null;
}

function draft(results: Answerable, question: Question, planned: boolean): Draft {
  const { metrics } = results.manifest;
  const figure = figureOf(question, metrics[0]!.name);
  const { unit, better } = unitOf(question, metrics);
  const family = familyOf(results.rows, question.rows, (row) => isPooled(row, results));
  const reason = family ? obstacleOf(results, family) : 'no seed of one of its rows finished';
  const measured = family && reason === null ? measure(family, figure) : null;
  const margin = marginOf(results, question, figure);
  const judged = measured && Number.isFinite(measured.error) ? measured : null;
  return {
    question,
    planned,
    unit,
    better,
    margin,
    measured: judged,
    reason: reason ?? (judged ? null : 'one seed, which has no spread'),
    rows: family?.rows.length ?? 0,
    differenceP: judged && both(judged, differencePValue),
    equivalenceP:
      judged && margin !== null
        ? both(judged, (one) => equivalence(one, margin, better, question.noWorse === true))
        : null,
  };
}

/** The larger p where a spread of its own says otherwise than the spread of all rows. */
const both = (measured: Measured, p: (estimate: Estimate) => number) =>
  Math.max(p(measured), measured.beside ? p(measured.beside) : 0);

function equivalence(
  estimate: Estimate,
  margin: number,
  better: 'lower' | 'higher' | null,
  noWorse: boolean,
): number {
  return noWorse && better !== null
    ? inferiorityPValue(estimate, margin, better === 'lower' ? 1 : -1)
    : equivalencePValue(estimate, margin);
}

/** Rows that lend their spread have finished, without a seed that diverged, and none is a control. */
const isPooled = (row: Row, { manifest }: Answerable) =>
  row.trials.length > 0 && !isControl(row) && divergedSeeds(row, manifest.metrics).length === 0;

const LEVEL = 0.05;

function verdictOf(one: Draft, differenceP: number | null, equivalenceP: number | null): Verdict {
  const { question, planned, unit, better, margin, measured, reason } = one;
  const noWorse = question.noWorse === true;
  const kind = kindOf(differenceP, equivalenceP, noWorse);
  const base = { name: question.name, planned, unit, better, noWorse, margin };
  if (!measured || differenceP === null)
    return { ...base, kind: 'undecided', estimate: null, reason, needed: null };
  const { mean, df, method, seeds, correlation, beside } = measured;
  const estimate = {
    mean,
    interval: intervalAt(measured, 0.95),
    narrow: intervalAt(measured, 0.9),
    method,
    seeds,
    df,
    correlation,
    beside: beside && intervalAt(beside, 0.95),
    differenceP,
    equivalenceP,
  };
  return {
    ...base,
    kind,
    estimate,
    reason: kind === 'undecided' ? reasonOf(one) : null,
    needed: kind === 'undecided' && margin !== null ? needed(one, margin) : null,
  };
}

/** A question about worse alone is answered by no worse; any other by a difference first. */
function kindOf(differs: number | null, equivalent: number | null, noWorse: boolean): VerdictKind {
  const [a, b] = [differs !== null && differs < LEVEL, equivalent !== null && equivalent < LEVEL];
  if (noWorse) return b ? 'equivalent' : a ? 'differs' : 'undecided';
  return a ? 'differs' : b ? 'equivalent' : 'undecided';
}

/** Why a question is open that its 95 % interval, or its margin, would have answered alone. */
function reasonOf({ measured, differenceP, equivalenceP }: Draft): string | null {
  if (Math.min(differenceP ?? 1, equivalenceP ?? 1) < LEVEL)
    return 'decided alone, not after the correction for several questions';
  if (measured?.beside && differencePValue(measured) < LEVEL)
    return 'rows spread differently, and by its own spread the interval holds 0';
  return null;
}

function needed({ question, measured, rows }: Draft, margin: number): number {
  const { error, seeds, method } = measured!;
  const perSeed = method === 'pooled' ? Math.max(1, rows - 1) : 1;
  const design = {
    sd: error * Math.sqrt(seeds),
    df: (n: number) => Math.max(1, perSeed * (n - 1)),
  };
  const power = question.noWorse === true ? noWorsePower : equivalencePower;
  return seedsFor((n) => power(design, n, margin));
}
