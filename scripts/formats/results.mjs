// The committed outcome of `npm run test:formats`: for each format and converter the targets that were shown to work, and
// what did not, with the reason. Times are of one machine; the slowest and the middle one of each converter are kept.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const resultsFile = fileURLToPath(
  new URL('../../packages/operations/test/formats/results.json', import.meta.url),
);

export const readResults = () =>
  existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, 'utf8')) : {};

/** What was written before and not run now, and what was run now; what was before has no times. */
export function withEarlier(mode, outcomes) {
  const { pairs = {}, failed = {} } = readResults()[mode] ?? {};
  const known = new Set(outcomes.map(({ from, to }) => `${from} ${to}`));
  const good = Object.entries(pairs).flatMap(([from, byConverter]) =>
    Object.entries(byConverter).flatMap(([converter, targets]) =>
      targets.split(' ').map((to) => ({ from, to, converter })),
    ),
  );
  const bad = Object.entries(failed).map(([pair, said]) => {
    const [from, to] = pair.split(' ');
    const at = said.indexOf(': ');
    return { from, to, converter: said.slice(0, at), why: said.slice(at + 2) };
  });
  return [...[...good, ...bad].filter(({ from, to }) => !known.has(`${from} ${to}`)), ...outcomes];
}

/** `mode`: embedded or native; `outcomes`: of `runPair`. Times stay those of the last run of all pairs if some have none. */
export function writeResults(mode, outcomes, facts) {
  const good = outcomes.filter(({ why }) => why === undefined);
  const bad = outcomes.filter(({ why }) => why !== undefined);
  const pairs = {};
  for (const { from, to, converter } of good) ((pairs[from] ??= {})[converter] ??= []).push(to);
  for (const byConverter of Object.values(pairs)) {
    for (const name of Object.keys(byConverter)) byConverter[name] = byConverter[name].sort().join(' ');
  }
  const failed = Object.fromEntries(
    bad.map(({ from, to, converter, why }) => [`${from} ${to}`, `${converter ?? '-'}: ${why}`]),
  );
  const before = readResults();
  const ms = good.every((outcome) => outcome.ms !== undefined) ? times(good) : before[mode]?.ms;
  const all = { ...before, [mode]: { ...facts, pairs: sorted(pairs), failed: sorted(failed), ms } };
  writeFileSync(resultsFile, `${JSON.stringify(sorted(all), undefined, 1)}\n`);
}

const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

function times(good) {
  const byConverter =
    Map.groupBy === undefined ? group(good) : Map.groupBy(good, ({ converter }) => converter);
  return sorted(
    Object.fromEntries(
      [...byConverter].map(([name, outcomes]) => {
        const all = outcomes.map(({ ms }) => ms).sort((a, b) => a - b);
        return [name, { pairs: all.length, median: all[Math.floor(all.length / 2)], most: all.at(-1) }];
      }),
    ),
  );
}

function group(good) {
  const found = new Map();
  for (const outcome of good)
    found.set(outcome.converter, [...(found.get(outcome.converter) ?? []), outcome]);
  return found;
}

/** `from to` of all pairs that work in one mode, or in any. */
export function workingPairs(results, modes = ['embedded', 'native']) {
  return new Set(
    modes.flatMap((mode) =>
      Object.entries(results[mode]?.pairs ?? {}).flatMap(([from, byConverter]) =>
        Object.values(byConverter).flatMap((targets) => targets.split(' ').map((to) => `${from} ${to}`)),
      ),
    ),
  );
}
