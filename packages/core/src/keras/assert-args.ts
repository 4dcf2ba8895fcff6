import { assertMembers, assertNumber } from '../arguments/assert-arguments.js';
import { assertKinds } from '../arguments/assert-kinds.js';
import { assertSizes } from '../arguments/assert-sizes.js';
import { assertActivation } from '../experts/activation.js';
import { assertPlugin } from '../contract/plugin.js';
import type { KerasMoELayerArgs } from './args.js';

const own = ['router', 'routerOptions', 'numExperts', 'expertWidth', 'activation'];
const others = ['sharedExpertWidth', 'seed', 'name', 'inputShape', 'trainable'];
/** Arguments that every Keras layer has, and saves. */
const keras = ['dtype', 'batchSize', 'batchInputShape', 'inputDType', 'weights', 'customObjects'];

/**
 * Reported where the layer is made, not when a model with it is built.
 * @throws MOE_OPTIONS, MOE_SPEC, MOE_PLUGIN naming the argument
 */
export function assertLayerArgs(args: KerasMoELayerArgs): void {
  assertMembers('kerasMoELayer', args, [...own, ...others, ...keras]);
  const { router, activation = 'relu', sharedExpertWidth, trainable = true } = args;
  assertPlugin(router, 'The router of kerasMoELayer');
  assertSizes('kerasMoELayer', args, ['numExperts', 'expertWidth']);
  assertActivation('kerasMoELayer', activation);
  assertKinds('kerasMoELayer', { trainable }, { trainable: 'flag' });
  if (sharedExpertWidth === undefined) return;
  assertNumber('sharedExpertWidth of kerasMoELayer', sharedExpertWidth, { min: 1, whole: true });
}
