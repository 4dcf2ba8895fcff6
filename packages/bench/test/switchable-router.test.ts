import '@tensorflow/tfjs';
import type { Router, RouterPlugin } from '@moekit/core';
import { createRouter } from '@moekit/core';
import { expect, test } from 'vitest';

import { SwitchableRouter } from '../src/trial/switchable-router.js';
import everyExpert from './plugins/every-expert.js';

const spec = { modelWidth: 4, numExperts: 4, seed: 1 };
const routerOf = (members: Partial<Router> = {}): Router => ({
  ...createRouter(everyExpert as RouterPlugin, spec, {}),
  ...members,
});

test('hands on the members that steps call, and has afterMicroBatch only where the trained router has', () => {
  const heard: unknown[] = [];
  const members = {
    reference: true,
    afterStep: (...step: unknown[]) => void heard.push(['step', ...step]),
    afterMicroBatch: (...pass: unknown[]) => void heard.push(['micro-batch', ...pass]),
  };
  const [plain, stateful] = [routerOf(), routerOf(members)].map((trained) => new SwitchableRouter(trained)); // prettier-ignore
  expect(plain!.afterMicroBatch).toBeUndefined();
  expect([plain!.reference, stateful!.reference]).toEqual([false, true]);
  const stats = { tokens: 1 } as never;
  stateful!.afterMicroBatch!(stats, { cut: [1] });
  stateful!.afterStep(stats, { cut: [2] });
  plain!.afterStep(stats, {});
  expect(heard).toEqual([
    ['micro-batch', stats, { cut: [1] }],
    ['step', stats, { cut: [2] }],
  ]);
  [plain!, stateful!].forEach((router) => router.dispose());
});
