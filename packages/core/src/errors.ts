import { errorsOf } from '@moekit/kernels';

export const coreErrors = {
  MOE_SHAPE: 'A tensor given to core does not have the shape it needs.',
  MOE_CONTEXT: 'The context of a step lacks a member, or has one of the wrong type.',
  MOE_OPTIONS: 'An option of a router or layer is missing, unknown or out of range.',
  MOE_SPEC: 'A router or experts were given impossible sizes.',
  MOE_PLUGIN: 'A router plug-in does not follow the contract.',
  MOE_API_VERSION: 'A router plug-in was written for another version of the contract.',
  MOE_ROUTE: 'A router threw an error of its own instead of deciding.',
  MOE_ROUTING: 'A router returned a routing that does not follow the contract.',
  MOE_SYNC_READ: 'The backend cannot be read synchronously, which this token mask needs.',
  MOE_NON_FINITE: 'Router logits hold NaN or infinity.',
  MOE_NOT_CAUSAL: 'A router that looks at later tokens was used where causality is needed.',
  MOE_NO_GRADIENTS: 'Gradients of TensorFlow.js are not registered, so nothing can be trained.',
  MOE_ROUTER_UNREGISTERED: 'A saved model names a router that the program did not register.',
  MOE_AFTER_STEP: 'A router with state was trained without moving the state after each step.',
  MOE_DI_MISSING: 'The container has no binding for a token that was resolved.',
} as const;

export const fail = errorsOf<typeof coreErrors>();
