/**
 * Character classes as tokenizers 0.23.3 has them, whatever Unicode this Node.js knows: code points whose class differs
 * between Unicode 14 and 17 are listed, each with its classes there. Measured over all code points.
 */
const VOLATILE = `
  295 88f 897 c5c cdc cf3 ece 1acf-1add 1ae0-1aeb 1b4e-1b4f 1b7f 1c89-1c8a 20c1 2427-2429 2b96
  2ffc-2fff 31e4-31e5 31ef a7cb-a7cf a7d2 a7d4 a7da-a7dc a7f1 fbc3-fbd2 fd90-fd91 fdc8-fdce
  105c0-105f3 10940-10959 10d40-10d65 10d69-10d85 10d8e-10d8f 10ec2-10ec7 10ed0-10ed8 10efa-10eff
  1123f-11241 11380-11389 1138b 1138e 11390-113b5 113b7-113c0 113c2 113c5 113c7-113ca 113cc-113d5
  113d7-113d8 113e1-113e2 116d0-116e3 11b00-11b09 11b60-11b67 11bc0-11be1 11bf0-11bf9 11db0-11ddb
  11de0-11de9 11f00-11f10 11f12-11f3a 11f3e-11f5a 1342f 13440-13455 13460-143fa 16100-16139
  16d40-16d79 16ea0-16eb8 16ebb-16ed3 16ff2-16ff6 187f8-187ff 18cff 18d09-18d1e 18d80-18df2 1b132
  1b155 1cc00-1ccfc 1cd00-1ceb3 1ceba-1ced0 1cee0-1cef0 1d2c0-1d2d3 1df25-1df2a 1e030-1e06d 1e08f
  1e4d0-1e4f9 1e5d0-1e5fa 1e5ff 1e6c0-1e6de 1e6e0-1e6f5 1e6fe-1e6ff 1f6d8 1f6dc 1f774-1f77f 1f7d9
  1f8b2-1f8bb 1f8c0-1f8c1 1f8d0-1f8d8 1fa54-1fa57 1fa75-1fa77 1fa87-1fa8a 1fa8e-1fa8f 1faad-1faaf
  1fabb-1fabf 1fac6 1fac8 1facd-1facf 1fada-1fadc 1fadf 1fae8-1faea 1faef 1faf7-1faf8 1fbcb-1fbef
  1fbfa 2b739-2b73f 2cea2-2cead 2ebf0-2ee5d 31350-33479
`;

const PINNED = {
  L: `
  295 1c89-1c8a a7cb-a7cd a7da-a7dc 105c0-105f3 10d4a-10d65 10d6f-10d85 10ec2-10ec4 1123f-11240
  11380-11389 1138b 1138e 11390-113b5 113b7 113d1 113d3 11bc0-11be0 11f02 11f04-11f10 11f12-11f33
  1342f 13441-13446 13460-143fa 16100-1611d 16d40-16d6c 18cff 1b132 1b155 1df25-1df2a 1e030-1e06d
  1e4d0-1e4eb 1e5d0-1e5ed 1e5f0 2b739 2ebf0-2ee5d 31350-323af
`,
  N: `
  10d40-10d49 116d0-116e3 11bf0-11bf9 11f50-11f59 16130-16139 16d70-16d79 1ccf0-1ccf9 1d2c0-1d2d3
  1e4f0-1e4f9 1e5f1-1e5fa
`,
  M: `
  897 cf3 ece 10d69-10d6d 10efc-10eff 11241 113b8-113c0 113c2 113c5 113c7-113ca 113cc-113d0 113d2
  113e1-113e2 11f00-11f01 11f03 11f34-11f3a 11f3e-11f42 11f5a 13440 13447-13455 1611e-1612f 1e08f
  1e4ec-1e4ef 1e5ee-1e5ef
`,
  P: `
  1b4e-1b4f 1b7f 10d6e 113d4-113d5 113d7-113d8 11b00-11b09 11be1 11f43-11f4f 16d6d-16d6f 1e5ff
`,
  S: `
  2427-2429 2ffc-2fff 31e4-31e5 31ef 10d8e-10d8f 1cc00-1ccef 1cd00-1ceb3 1f6dc 1f774-1f776
  1f77b-1f77f 1f7d9 1f8b2-1f8bb 1f8c0-1f8c1 1fa75-1fa77 1fa87-1fa89 1fa8f 1faad-1faaf 1fabb-1fabf
  1fac6 1face-1facf 1fada-1fadc 1fadf 1fae8-1fae9 1faf7-1faf8 1fbcb-1fbef
`,
  /** Letters that no lower case is, and marks. */
  U: `
  897 cf3 ece 1c89 a7cb-a7cc a7da a7dc 105c0-105f3 10d4a-10d65 10d69-10d6d 10d6f 10ec2-10ec4
  10efc-10eff 1123f-11241 11380-11389 1138b 1138e 11390-113b5 113b7-113c0 113c2 113c5 113c7-113ca
  113cc-113d3 113e1-113e2 11bc0-11be0 11f00-11f10 11f12-11f3a 11f3e-11f42 11f5a 1342f 13440-13455
  13460-143fa 16100-1612f 16d40-16d6c 18cff 1b132 1b155 1e030-1e06d 1e08f 1e4d0-1e4ef 1e5d0-1e5f0
  2b739 2ebf0-2ee5d 31350-323af
`,
  /** Letters that no upper case is, and marks. */
  W: `
  295 897 cf3 ece 1c8a a7cd a7db 105c0-105f3 10d4a-10d4f 10d69-10d6d 10d6f-10d85 10ec2-10ec4
  10efc-10eff 1123f-11241 11380-11389 1138b 1138e 11390-113b5 113b7-113c0 113c2 113c5 113c7-113ca
  113cc-113d3 113e1-113e2 11bc0-11be0 11f00-11f10 11f12-11f3a 11f3e-11f42 11f5a 1342f 13440-13455
  13460-143fa 16100-1612f 16d40-16d6c 18cff 1b132 1b155 1df25-1df2a 1e030-1e06d 1e08f 1e4d0-1e4ef
  1e5d0-1e5f0 2b739 2ebf0-2ee5d 31350-323af
`,
  /** Numbers as the `Digits` pre-tokenizer has them. */
  D: `
  10d40-10d49 116d0-116e3 11bf0-11bf9 11de0-11de9 11f50-11f59 16130-16139 16d70-16d79 16ff4-16ff6
  1ccf0-1ccf9 1d2c0-1d2d3 1e4f0-1e4f9 1e5f1-1e5fa
`,
} as const;

/** Code points that composed or were given a combining class after Unicode 12, which NFC of the library knows. */
const LATER_IN_NFC = `
  7fd 897-89f 8ca-8d3 9fe c3c d3b-d3c eba 1715 1abf-1add 1ae0-1aeb 1df6-1dfa a82c 105c9 105d2
  105da 105e4 10d24-10d27 10d69-10d6d 10eab-10eac 10efa-10efb 10efd-10eff 10f46-10f50 10f82-10f85
  11070 1133b 113b8 113bb 113c2 113c9 113ce-113d0 1145e 11839-1183a 11930 1193d-1193e 11943 119e0
  11a34 11a47 11a99 11d42 11d44-11d45 11d97 11f41-11f42 1611e-16120 16129 1612f 16d67 16ff0-16ff1
  1e08f 1e130-1e136 1e2ae 1e2ec-1e2ef 1e4ec-1e4ef 1e5ee-1e5ef 1e6e3 1e6e6 1e6ee-1e6ef 1e6f5
`;

const BASE = {
  L: '\\p{L}',
  N: '\\p{N}',
  M: '\\p{M}',
  P: '\\p{P}',
  S: '\\p{S}',
  U: '\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}',
  W: '\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}',
  D: '\\p{N}',
} as const;

/** A class of code points for a pattern with the flag `v`. */
export function classOf(name: keyof typeof PINNED): string {
  return `[[[${BASE[name]}]--[${escaped(VOLATILE)}]]${escaped(PINNED[name])}]`;
}

const later = new RegExp(`([${escaped(LATER_IN_NFC)}])`, 'v');

/** NFC as in the library: later characters stay as they are, and nothing composes or moves across it. */
export function nfc(text: string): string {
  return text
    .split(later)
    .map((part, i) => (i % 2 === 1 ? part : part.normalize('NFC')))
    .join('');
}

function escaped(ranges: string): string {
  return ranges
    .trim()
    .replaceAll(/[0-9a-f]+/g, '\\u{$&}')
    .replaceAll(/\s+/g, '');
}
