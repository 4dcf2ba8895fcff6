import type { Check, Diagnosis, Verdict } from '@moekit/backends/doctor';
import { EXPLAINED } from '@moekit/backends/doctor';

import { facts } from './facts.js';
import type { Paint } from './paint.js';
import { paint } from './paint.js';
import type { Column } from './table/columns.js';
import { renderTable } from './table/render-table.js';
import { plainLine } from './text/measure.js';
import { wrap } from './text/wrap.js';

type Backend = Diagnosis['backends'][number];

const COLOURS: Readonly<Record<Verdict, Paint>> = {
  ok: paint.green,
  warning: paint.yellow,
  problem: paint.red,
};

/** Characters of a verdict and the space after it. */
const INDENT = ' '.repeat('warning  '.length);

/** What `moekit doctor` says, in the order of what to do about it: backends, checks, versions. */
export function renderDiagnosis(diagnosis: Diagnosis, columns: number): string {
  const { versions, backends, chosen, checks, kernels } = diagnosis;
  const columnsOfBackends = backendColumns(chosen.name);
  return [
    renderTable(backends, columnsOfBackends, { columns }),
    '',
    ...wrap([`chosen: ${chosen.name}, ${chosen.reason}`], columns).map(paint.bold),
    '',
    ...checks.flatMap((check) => renderCheck(check, columns)),
    '',
    ...(kernels === null ? [] : [...renderKernels(kernels, columns), '']),
    ...facts(versions, columns),
    '',
  ].join('\n');
}

function backendColumns(chosen: string): readonly Column<Backend>[] {
  return [
    {
      head: 'backend',
      importance: 0,
      cell: ({ name }) => (name === chosen ? { text: `${name} ←`, paint: paint.green } : name),
    },
    { head: 'found', importance: 1, cell: ({ found }) => yes(found) },
    { head: 'usable', importance: 0, cell: ({ usable }) => yes(usable) },
    {
      head: 'why',
      importance: 0,
      least: 24,
      cell: ({ reason, howToGet }) => (howToGet === '' ? reason : `${reason}: ${howToGet}`),
    },
  ];
}

/** One line, with the command that helps below it. */
function renderCheck({ verdict, text, fix }: Check, columns: number): string[] {
  const [first = '', ...more] = wrap(
    [`${verdict.padEnd(INDENT.length)}${plainLine(text)}`],
    columns,
    {
      hanging: INDENT,
    },
  );
  const painted = COLOURS[verdict](first.slice(0, INDENT.length)) + first.slice(INDENT.length);
  const help = fix === undefined ? [] : wrap([`${INDENT}${plainLine(fix)}`], columns);
  return [painted, ...more, ...help.map(paint.dim)];
}

/** One line for each product, with the reason under it. */
function renderKernels(kernels: NonNullable<Diagnosis['kernels']>, columns: number): string[] {
  const { tokens, numExperts, k, modelWidth, expertWidth } = EXPLAINED;
  const shape = `T=${tokens} E=${numExperts} k=${k} D=${modelWidth} F=${expertWidth}`;
  return [
    ...wrap([`kernels on ${kernels.backend}, for a layer of ${shape}:`], columns),
    ...kernels.products.flatMap(({ product, algorithm, reason }) => [
      ...wrap([`  ${product}: ${algorithm}`], columns),
      ...wrap([`${INDENT}${reason}`], columns).map(paint.dim),
    ]),
  ];
}

const yes = (value: boolean) => (value ? 'yes' : { text: 'no', paint: paint.yellow });
