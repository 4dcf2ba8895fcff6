import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { judge } from '../../src/verdicts/judge.js';
import { verdictTable } from '../../src/verdicts/table.js';
import { sampleResults } from '../sample-results.js';

const execute = promisify(execFile);
const NASTY = '[50%] of a_b & c#d: {γ ≥ 2^3} ~ "x" \\ $1 <α|ρ>';
const verdicts = judge(
  sampleResults(
    {
      baseline: 'base',
      routers: ['base', 'other', 'failed'].map((label) => ({ router: 'topk', label })),
      seeds: [1, 2, 3],
      questions: [
        { name: NASTY, rows: { other: 1, base: -1 } },
        { name: 'nothing, to "measure"', rows: { failed: 1, base: -1 } },
      ],
    },
    (label, seed) =>
      label === 'failed' ? undefined : (label === 'other' ? 2.9 : 3) + (seed % 2) / 100,
  ),
);

/** LaTeX is tried where it is installed with the one package that tables need. */
const latex = await execute('kpsewhich', ['booktabs.sty']).then(
  ({ stdout }) => stdout !== '',
  () => false,
);

describe('tables for papers', () => {
  it('are Markdown', () => {
    const lines = verdictTable(verdicts, 'markdown').split('\n');
    expect(lines[0]).toMatch(/^\| question +\| +effect \| +95% interval \| margin \| verdict +\|/);
    expect(lines[2]).toContain('| −0.100 |');
    expect(lines[2]).toContain('| better');
    expect(lines[3]).toMatch(/nothing, to "measure".*\| undecided/);
    expect(lines).toHaveLength(5);
  });

  it('are CSV with every number in full', () => {
    const [head, first, second] = verdictTable(verdicts, 'csv').split('\r\n');
    expect(head).toContain('question,planned,verdict,unit,difference,95% from');
    expect(first).toContain(',yes,better,bits/byte,-0.1');
    expect(second).toContain('"nothing, to ""measure""",yes,undecided,');
    expect(second!.endsWith(',no seed of one of its rows finished')).toBe(true);
  });

  it('are LaTeX with its characters escaped', () => {
    const table = verdictTable(verdicts, 'latex');
    expect(table).toContain(
      "{[}50\\%] of a\\_b \\& c\\#d: \\{$\\gamma$ $\\geq$ 2\\textasciicircum{}3\\} \\textasciitilde{} ''x'' \\textbackslash{} \\$1 $<$$\\alpha$\\textbar{}$\\rho$$>$",
    );
    expect(table).toContain('$-$0.100');
    expect(table.split('\n').filter((line) => line.endsWith('\\\\'))).toHaveLength(3);
  });

  it.skipIf(!latex)('compile with pdflatex', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'moekit-latex-'));
    const text = `\\documentclass{article}\\usepackage{booktabs}\\begin{document}${verdictTable(verdicts, 'latex')}\\end{document}`;
    await writeFile(join(folder, 'table.tex'), text);
    await execute('pdflatex', ['-interaction=nonstopmode', '-halt-on-error', 'table.tex'], {
      cwd: folder,
    });
    expect((await readFile(join(folder, 'table.pdf'))).subarray(0, 5).toString()).toBe('%PDF-');
  });
});
