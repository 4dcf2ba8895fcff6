import { createRouter } from '@moekit/core';
import { expectTypeOf, it } from 'vitest';

import type { NullExpertInput, NullExpertOptions } from '../src/index.js';
import { nullExpertRouter } from '../src/index.js';

const spec = { modelWidth: 4, numExperts: 8, seed: 1 };

it("options are completed and checked from the package's own types", () => {
  expectTypeOf<NullExpertInput['kind']>().toEqualTypeOf<'zero' | 'copy' | undefined>();
  expectTypeOf<NullExpertOptions['kind']>().toEqualTypeOf<'zero' | 'copy'>();
  expectTypeOf<NullExpertOptions['kMax']>().toEqualTypeOf<number>();
  expectTypeOf<NullExpertOptions['nullBias']>().toEqualTypeOf<number | boolean>();
  const unused = () => {
    createRouter(nullExpertRouter, spec, { kMax: 4, kind: 'copy' });
    // @ts-expect-error a misspelt option
    createRouter(nullExpertRouter, spec, { kmax: 4 });
    // @ts-expect-error a word that the option does not know
    createRouter(nullExpertRouter, spec, { gateNorm: 'some' });
  };
  expectTypeOf(unused).toBeFunction();
});
