import { serialization } from '@tensorflow/tfjs-core';

import type { RouterPlugin } from '../contract/plugin.js';
import { fail } from '../errors.js';
import { assertPlugin } from '../contract/plugin.js';

const PACKAGE = '@moekit/router';

/**
 * Puts a plug-in under its name into TensorFlow.js's own class registry, which is where `loadLayersModel` finds layers.
 * A saved model names its router; only what a program registered itself can answer to that name.
 */
export function registerRouter(plugin: RouterPlugin): void {
  assertPlugin(plugin);
  class Registered extends serialization.Serializable {
    static readonly className = `${PACKAGE}/${plugin.name}`;
    static readonly plugin = plugin;
    getConfig(): serialization.ConfigDict {
      return {};
    }
  }
  serialization.registerClass(Registered, PACKAGE, plugin.name);
}

/**
 * The plug-in that the program registered under a name.
 * @throws MOE_ROUTER_UNREGISTERED naming it: nothing is ever loaded because a checkpoint says so
 */
export function registeredRouter(name: string): RouterPlugin {
  const { classNameMap } = serialization.SerializationMap.getMap();
  const entry = Object.hasOwn(classNameMap, `${PACKAGE}/${name}`)
    ? classNameMap[`${PACKAGE}/${name}`]
    : undefined;
  const plugin = (entry?.[0] as { plugin?: RouterPlugin } | undefined)?.plugin;
  if (plugin) return plugin;
  throw fail('MOE_ROUTER_UNREGISTERED', {
    asked: `The saved model was trained with router ${name}, which this program has not registered`,
    fix: `Import its plug-in and call registerKerasRouters([plugin]) before loadLayersModel; a checkpoint never loads code.`,
  });
}
