import type { Check, DoctorReport, Verdict } from '@moekit/backends/doctor';
import { diagnose, EXPLAINED } from '@moekit/backends/doctor';
import { readVersions } from '@moekit/bench';
import type { PlanExplanation } from '@moekit/kernels';
import Table from 'cli-table3';

import type { DoctorFlags } from '../doctor.js';
import { paint } from '../../output/paint.js';
import { print } from '../../output/terminal.js';

const MARKS: Readonly<Record<Verdict, string>> = {
  ok: paint.green('ok     '),
  warning: paint.yellow('warning'),
  problem: paint.red('problem'),
};

/** Tells what this machine has and what would be used. @returns the exit code: 1 when something is a problem */
export async function doctor({ json }: DoctorFlags): Promise<number> {
  const report = await diagnose(readVersions());
  const text = () => [render(report), ...renderKernels(report.kernels)].join('\n');
  print(json ? `${JSON.stringify(report, null, 2)}\n` : text());
  return report.checks.some(({ verdict }) => verdict === 'problem') ? 1 : 0;
}

function render({ versions, backends, chosen, checks }: DoctorReport): string {
  const installed = plainTable(['package', 'version']);
  for (const [name, version] of Object.entries(versions)) installed.push([name, version]);
  const found = plainTable(['backend', 'found', 'usable', 'why']);
  for (const { name, found: there, usable, reason, howToGet } of backends) {
    const label = name === chosen.name ? paint.bold(paint.green(`${name} ←`)) : name;
    const why = howToGet === '' ? reason : `${reason}\n${paint.dim(howToGet)}`;
    found.push([label, yes(there), yes(usable), why]);
  }
  return [
    installed.toString(),
    '',
    found.toString(),
    '',
    `chosen: ${paint.bold(chosen.name)}, ${chosen.reason}`,
    '',
    ...checks.map(renderCheck),
    '',
  ].join('\n');
}

/** One line for each product, with the reason under it. */
function renderKernels(kernels: PlanExplanation | null): string[] {
  if (kernels === null) return [];
  const { tokens, numExperts, k, modelWidth, expertWidth } = EXPLAINED;
  const shape = `T=${tokens} E=${numExperts} k=${k} D=${modelWidth} F=${expertWidth}`;
  return [
    `kernels on ${kernels.backend}, for a layer of ${shape}:`,
    ...kernels.products.flatMap(({ product, algorithm, reason }) => [
      `  ${product}: ${algorithm}`,
      `         ${paint.dim(reason)}`,
    ]),
    '',
  ];
}

function renderCheck({ verdict, text, fix }: Check): string {
  return `${MARKS[verdict]}  ${text}${fix ? `\n         ${paint.dim(fix)}` : ''}`;
}

function plainTable(head: string[]) {
  return new Table({ head, style: { head: [], border: [], compact: true } });
}

const yes = (value: boolean) => (value ? 'yes' : 'no');
