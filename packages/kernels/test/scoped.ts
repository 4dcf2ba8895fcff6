import { tidy } from '@tensorflow/tfjs';

/** `tidy` for results that hold plain numbers besides tensors, which its own type does not allow. */
export const scoped = <Result>(compute: () => Result): Result => tidy(compute as never) as Result;
