export { factorOrNull, numberIn, wholeFrom, wordOf } from './values.js';
export type { Range } from './values.js';
export {
  amount,
  balanceOptions,
  capacityOptions,
  choice,
  coefficient,
  flag,
  minCapacity,
  option,
  optional,
  optionsOf,
  probability,
  share,
  whole,
} from './vocabulary.js';
