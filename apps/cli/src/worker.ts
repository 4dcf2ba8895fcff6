import { serveTrials } from '@moekit/bench';

import { composeWorker } from './container.js';

serveTrials(composeWorker);
