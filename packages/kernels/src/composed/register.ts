export function registerComposedKernels(_backendName: string): void {}
