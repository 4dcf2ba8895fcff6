import '@tensorflow/tfjs';
import { testRouter } from '@moekit/core/testing';

import { topTwo } from './routers/top-two.js';

testRouter(topTwo);
testRouter(topTwo, { capacityFactor: 0.5 }, { name: 'top-two under pressure', numExperts: 8 });
