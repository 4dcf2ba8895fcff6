import { assertKinds } from '../../errors/assert-kinds.js';

/** The description that a WebGPU adapter gives of itself. */
export interface AdapterSummary {
  readonly name: string;
  /** It computes on the processor (SwiftShader, llvmpipe): right, and slower than any other backend. */
  readonly software: boolean;
}

/** The members of a GPUAdapter that tell what it is; browsers leave some empty. */
export interface AdapterLike {
  readonly info: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly device?: string;
    readonly description?: string;
    readonly isFallbackAdapter?: boolean;
  };
  readonly isFallbackAdapter?: boolean;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|microsoft basic render/i;

/** Says what an adapter is. One that its driver calls a fallback, or whose name is a rasteriser's, is software. */
export function summariseAdapter(adapter: AdapterLike): AdapterSummary {
  assertKinds('summariseAdapter', adapter, { info: 'object' });
  const { info, isFallbackAdapter } = adapter;
  const words = [info.vendor, info.architecture, info.device, info.description].filter(Boolean);
  const software = isFallbackAdapter ?? info.isFallbackAdapter ?? false;
  return {
    name: info.description || info.device || info.vendor || 'an unnamed adapter',
    software: software || SOFTWARE.test(words.join(' ')),
  };
}
