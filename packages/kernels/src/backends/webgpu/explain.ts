import { engine } from '@tensorflow/tfjs-core';

import type { Explain } from '../contract/explanation.js';
import { oneWay } from '../contract/explanation.js';
import type { WebGpuBackend } from './backend.js';
import { groupsWanted } from './device-traits.js';
import { outerChunks } from './grouped-outer.js';
import { outerTile, rowTile } from './tile.js';

export const explainWebGpu: Explain = (plan, { kind, inner, outer }) => {
  const { rows, columns } = kind === 'rows' ? rowTile(plan, outer) : outerTile(inner, outer);
  const webgpu = engine().backend as unknown as WebGpuBackend;
  const chunks =
    kind === 'outer' ? outerChunks(plan, [inner, outer], groupsWanted(webgpu)) : undefined;
  const why =
    kind === 'rows'
      ? `${Math.round(plan.numRows / plan.numExperts)} rows per expert at most on average`
      : `an expert’s rows are walked in order${chunks ? `, those of more than ${chunks.rows} in chunks side by side` : ''}`;
  return oneWay(
    `${chunks ? 'two dispatches' : 'one dispatch'}, tiles of ${rows} x ${columns}`,
    `${why}; ${columns} columns pad ${outer} least; the counts stay on the device`,
  );
};
