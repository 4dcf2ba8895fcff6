import { entryOf } from '../spec/entry-of.js';
import { differencesOf } from '@moekit/models/node';

import { hashOf } from '../spec/hash.js';
import { labelOf } from '../spec/label.js';
import { comparisonOf, conditionsOf, contentOf } from '../results/conditions.js';
import type { Manifest, Results } from '../results/results-schema.js';

/** The common part of runs, and their differences in words. @param alike whether all rows are of one comparison */
export function mergeManifests(runs: readonly Results[], alike: boolean): Manifest {
  const manifests = runs.map(({ manifest }) => manifest);
  const [first] = manifests as [Manifest, ...Manifest[]];
  const { about, questions, ...experiment } = first.experiment;
  // planned is what every one of the runs was made under
  const planned = manifests.every(
    (manifest) => hashOf(manifest.experiment.questions ?? null) === hashOf(questions ?? null),
  );
  const labels = new Set<string>();
  const routers = manifests
    .flatMap((manifest) => manifest.experiment.routers)
    .filter((entry) => !labels.has(labelOf(entry)) && labels.add(labelOf(entry)));
  const hashes = [...new Set(manifests.map(({ configHash }) => configHash))];
  return {
    ...first,
    experiment: {
      ...experiment,
      ...(about && alike && { about }),
      ...(questions && planned && alike && { questions }),
      routers,
      seeds: unique(manifests.flatMap((manifest) => manifest.experiment.seeds)),
    },
    configHash: hashes.length === 1 ? hashes[0]! : hashOf(hashes),
    backend: joined(manifests.map(({ backend }) => backend)),
    versions: joinedRecords(manifests.map(({ versions }) => versions)),
    data: {
      name: joined(manifests.map(({ data }) => data.name)),
      attribution: unique(manifests.map(({ data }) => data.attribution)).join(' '),
      hash: joined(manifests.map(({ data }) => data.hash)),
      details: joinedRecords(manifests.map(({ data }) => data.details)),
    },
    files: joinedRecords(manifests.map(({ files }) => files)),
    rowData: joinedRecords(manifests.map(({ rowData }) => rowData)),
    changedFiles: unique(manifests.flatMap((manifest) => manifest.changedFiles)),
    differences: runs.slice(1).flatMap((run, i) => between(runs[0]!, run, i + 2)),
  };
}

/** At most this many differences of two runs are listed one by one. */
const TOLD = 6;

function between(first: Results, other: Results, place: number): string[] {
  const told = [
    ...differencesOf(conditionsOf(first.manifest), conditionsOf(other.manifest)),
    ...first.rows.flatMap((row) => {
      const { label, group } = row;
      const same = other.rows.find((one) => one.label === label && one.group === group);
      return same ? differencesOf(contentOf(first, row), contentOf(other, same), label) : [];
    }),
    ...unique(first.rows.map(({ group }) => group)).flatMap((group) => {
      const [mine, theirs] = [first, other].map((run) =>
        run.rows.find((row) => row.group === group),
      );
      return mine && theirs
        ? differencesOf(
            comparisonOf(first, mine),
            comparisonOf(other, theirs),
            `group ${group ?? ''}`,
          )
        : [];
    }),
  ].map((text) => `run ${place}: ${text.replace(/\b([0-9a-f]{12})[0-9a-f]{28,}\b/g, '$1…')}`);
  const more = told.length - TOLD;
  return more > 0 ? [...told.slice(0, TOLD), `run ${place}: ${more} more`] : told;
}

function joinedRecords<Value extends string | number>(
  records: readonly Readonly<Record<string, Value>>[],
): Record<string, Value> {
  const keys = unique(records.flatMap((record) => Object.keys(record)));
  return Object.fromEntries(
    keys.map((key) => {
      const values = unique(records.flatMap((record) => entryOf(record, key) ?? []));
      return [key, values.length === 1 ? values[0]! : (values.join(', ') as Value)];
    }),
  );
}

const unique = <Value>(values: readonly Value[]): Value[] => [...new Set(values)];
const joined = (values: readonly string[]) => unique(values).join(', ');
