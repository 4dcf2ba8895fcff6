/** A tabular in the style of the booktabs package, first column left, text escaped; needs `\usepackage{booktabs}` and no other. */
export function latexTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `${cells.map(escaped).join(' & ')} \\\\`;
  return [
    `\\begin{tabular}{l${'r'.repeat(header.length - 1)}}`,
    '\\toprule',
    line(header),
    '\\midrule',
    ...rows.map(line),
    '\\bottomrule',
    '\\end{tabular}',
    '',
  ].join('\n');
}

/** Characters that mean something to LaTeX, and those that its first fonts lack. */
const COMMANDS: Readonly<Record<string, string>> = {
  '[': '{[}', // after a line's end it would open an option
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '−': '$-$',
  '–': '--',
  '±': '$\\pm$',
  '<': '$<$',
  '>': '$>$',
  '|': '\\textbar{}',
  '"': "''",
  α: '$\\alpha$',
  γ: '$\\gamma$',
  ρ: '$\\rho$',
  τ: '$\\tau$',
  λ: '$\\lambda$',
  '∞': '$\\infty$',
  '×': '$\\times$',
  '≤': '$\\leq$',
  '≥': '$\\geq$',
  '…': '\\dots{}',
};

function escaped(text: string): string {
  return [...text.replace(/\s+/g, ' ')]
    .map((character) => {
      if (/[&%$#_{}]/.test(character)) return `\\${character}`;
      const known = COMMANDS[character];
      if (known !== undefined) return known;
      return /[\p{Cc}\p{Cf}]/u.test(character) ? '' : character;
    })
    .join('');
}
