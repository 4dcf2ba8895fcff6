import { readFileSync } from 'node:fs';

import type { Matrix } from './reference.js';

/** goldens/null-expert.json: float64 numbers from the paper's equations, rounded to 10 decimals; see its `_source`. */
const read = JSON.parse(readFileSync(new URL('goldens/null-expert.json', import.meta.url), 'utf8'));

type Matrices = Record<
  | 'rawLogits'
  | 'expandedProbs'
  | 'selectedSlots'
  | 'selectedReal'
  | 'gatesReal'
  | 'gatesEq3NoRenorm'
  | 'grad_balance_perAssignment'
  | 'grad_zLoss_expanded',
  Matrix
>;
type Lists = Record<
  'numReal' | 'counts' | 'P' | 'f_perAssignment' | 'f_perToken' | 'logsumexp_expanded',
  number[]
>;
type Scalars = Record<
  | 'balance_perAssignment'
  | 'balance_perToken'
  | 'F_null_total'
  | 'P_null_total'
  | 'zLoss_expanded_Eq7'
  | 'zLoss_raw_Nplus1_variant'
  | 'nullSlotRatio'
  | 'zeroComputeTokenRatio'
  | 'meanRealPerToken'
  | 'auxTotal_perAssignment',
  number
>;

export const basic: Matrices &
  Lists &
  Scalars & { config: Record<'N' | 'M' | 'k' | 'rho' | 'lambda_bal' | 'lambda_z', number> } =
  read.null_topk_basic;

export interface DesignRow {
  readonly name: string;
  readonly N: number;
  readonly kMax: number;
  readonly rho: number;
  readonly M: number;
  readonly EK: number;
  readonly targetNullSlotRatio: number;
  readonly initNullSlotRatio_theory: number | null;
  readonly initNullSlotRatio_montecarlo: number;
}

export const designs: DesignRow[] = read.null_design_table.rows;
