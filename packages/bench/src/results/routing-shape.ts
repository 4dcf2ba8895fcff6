import { ROUTING_FIGURES, mapRoutingFigures } from '@moekit/core';
import { figure } from '@moekit/models';

import { amount, share } from './quantities.js';

const SCHEMAS = { ratio: amount, share, nats: figure };

/** The fields of a schema that has every figure of routing. */
export const routingShape = mapRoutingFigures((name) => SCHEMAS[ROUTING_FIGURES[name].format]);
