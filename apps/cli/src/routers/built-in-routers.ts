import type { RouterPlugin } from '@moekit/core';
import { controlRouters } from '@moekit/router-controls';
import { nullExpertRouters } from '@moekit/router-null-expert';
import { reluRouters } from '@moekit/router-relu';
import { thresholdRouters } from '@moekit/router-threshold';
import { topKRouters } from '@moekit/router-topk';

/** The routers that come with the command line, by package: here, and nowhere below, concrete routers meet. */
export const builtInRouters: Readonly<Record<string, readonly RouterPlugin[]>> = {
  '@moekit/router-topk': topKRouters,
  '@moekit/router-threshold': thresholdRouters,
  '@moekit/router-null-expert': nullExpertRouters,
  '@moekit/router-relu': reluRouters,
  '@moekit/router-controls': controlRouters,
};
