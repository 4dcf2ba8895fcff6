import { expect, it } from 'vitest';

import { basic } from './golden.js';
import { expectNear } from './near.js';
import { balanceReference, countsOf, meanSquare, routeReference, zReference } from './reference.js';

/** The golden numbers are rounded to 10 decimals. */
const TOLERANCE = 1e-9;
const { k, M, N, lambda_bal, lambda_z } = basic.config as typeof basic.config;
const routing = routeReference(basic.rawLogits, { kMax: k, nullCopies: M });
const T = basic.rawLogits.length;

it('the float64 reference decides as the golden does', () => {
  expectNear(routing.probs, basic.expandedProbs, TOLERANCE);
  expect(routing.slots).toEqual(basic.selectedSlots);
  expect(routing.real).toEqual(basic.selectedReal);
  expectNear(routing.gatesReal, basic.gatesReal, TOLERANCE);
  expectNear(routing.gatesNone, basic.gatesEq3NoRenorm, TOLERANCE);
  expect(countsOf(routing)).toEqual(basic.counts);
  expect(routing.real.map((of) => of.length)).toEqual(basic.numReal);
});

it('the float64 reference has the golden losses and gradients', () => {
  const perAssignment = countsOf(routing).map((n) => n / (T * k));
  const perToken = countsOf(routing).map((n) => n / T);
  expectNear(perAssignment, basic.f_perAssignment, TOLERANCE);
  expectNear(perToken, basic.f_perToken, TOLERANCE);
  const balance = balanceReference(routing, perAssignment);
  expectNear(balance.meanProbs, basic.P, TOLERANCE);
  expectNear(balance.value, basic.balance_perAssignment, TOLERANCE);
  expectNear(balance.gradient, basic.grad_balance_perAssignment, TOLERANCE);
  expectNear(balanceReference(routing, perToken).value, basic.balance_perToken, TOLERANCE);
  const z = zReference(routing);
  expectNear(routing.logPartition, basic.logsumexp_expanded, TOLERANCE);
  expectNear(z.value, basic.zLoss_expanded_Eq7, TOLERANCE);
  expectNear(z.gradient, basic.grad_zLoss_expanded, TOLERANCE);
  expectNear(meanSquare(routing.rawLogPartition), basic.zLoss_raw_Nplus1_variant, TOLERANCE);
  const total = lambda_bal * balance.value + lambda_z * z.value;
  expectNear(total, basic.auxTotal_perAssignment, TOLERANCE);
});

it('the float64 reference has the golden null totals', () => {
  const nullCounts = countsOf(routing).slice(N);
  const load = nullCounts.reduce((a, b) => a + b, 0) / (T * k);
  expectNear(load, basic.F_null_total, TOLERANCE);
  expectNear(load, basic.nullSlotRatio, TOLERANCE);
  const allNull = routing.real.filter((of) => of.length === 0).length;
  expectNear(allNull / T, basic.zeroComputeTokenRatio, TOLERANCE);
});
