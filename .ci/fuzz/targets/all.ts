import type { Target } from '../target.js';
import { checkpoints } from './checkpoint.js';
import { hubs } from './hub.js';
import { logs } from './log.js';
import { storedResults } from './results.js';
import { texts } from './texts.js';
import { tokenizers } from './tokenizers.js';
import { typed } from './typed.js';

/** Every reader of what somebody else wrote. */
export const targets: readonly Target[] = [
  ...checkpoints,
  ...storedResults,
  ...logs,
  ...tokenizers,
  ...texts,
  ...typed,
  ...hubs,
];
