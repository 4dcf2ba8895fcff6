import type { PluginRegistry } from '@moekit/bench';
import { registryOf } from '@moekit/bench';
import { nullExpertRouters } from '@moekit/router-null-expert';
import { thresholdRouters } from '@moekit/router-threshold';
import { topKRouters } from '@moekit/router-topk';

/** The routers that come with the command line: here, and nowhere below, concrete routers meet. */
export function builtInRouters(): PluginRegistry {
  return registryOf([...topKRouters, ...thresholdRouters, ...nullExpertRouters]);
}
