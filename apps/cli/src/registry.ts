import type { PluginRegistry } from '@moekit/bench';
import { registryOf } from '@moekit/bench';
import { nullExpertRouter } from '@moekit/router-null-expert';
import { thresholdRouter } from '@moekit/router-threshold';
import {
  gshardRouter,
  gumbelTopKRouter,
  noisyTopKRouter,
  stMoERouter,
  switchRouter,
  topKRouter,
} from '@moekit/router-topk';

/** The routers that come with the command line: here, and nowhere below, concrete routers meet. */
export function builtInRouters(): PluginRegistry {
  return registryOf([
    switchRouter,
    topKRouter,
    gshardRouter,
    noisyTopKRouter,
    gumbelTopKRouter,
    stMoERouter,
    thresholdRouter,
    nullExpertRouter,
  ]);
}
