import { diagnose } from '@moekit/backends/doctor';
import { readVersions } from '@moekit/bench';

import type { DoctorFlags } from '../doctor.js';
import { renderDiagnosis } from '../../output/doctor.js';
import { outputColumns, print } from '../../output/terminal.js';

/** Tells what this machine has and what would be used. @returns the exit code: 1 when something is a problem */
export async function doctor(flags: DoctorFlags): Promise<number> {
  const report = await diagnose(readVersions());
  const text = () => renderDiagnosis(report, outputColumns(flags));
  print(flags.json ? `${JSON.stringify(report, null, 2)}\n` : text());
  return report.checks.some(({ verdict }) => verdict === 'problem') ? 1 : 0;
}
