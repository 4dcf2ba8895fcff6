/**
 * Seconds that the large presets took on two cores with TensorFlow: those of docs/results, which a test compares. The quick
 * ones are sized for two minutes.
 */
export const LARGE_SECONDS: Readonly<Record<string, number>> = {
  'null/frontier': 710,
  'null/modality': 1045,
  'null/polarisation': 716,
  'routers/balance-scope': 1045,
  'routers/testbed': 1119,
  'routers/zoo': 1047,
  'xmoe/activation-sparsity': 630,
  'xmoe/dense-to-sparse': 248,
  'xmoe/scaling': 2159,
  'xmoe/threshold-capacity': 763,
  'xmoe/translation': 683,
};
