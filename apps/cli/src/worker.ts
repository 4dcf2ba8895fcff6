import { serveTrials } from '@moekit/bench';

import { builtInRouters } from './registry.js';

serveTrials(builtInRouters());
