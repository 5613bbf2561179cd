/** `pipeline clean`: lists what earlier runs left behind, and removes it when told to. */
import path from 'node:path';
import { findOrphans, readRuns } from '@pipeline/engine';
import { exitCode } from '../exit-code.ts';
import { stateFolder } from '../history/state-folder.ts';
import { ioReason } from '../io-reason.ts';
import { shortPath } from '../read-pipeline.ts';
import { printable } from '../reporters/printable.ts';
import { formatBytes, plural } from '../reporters/quantity.ts';
import { fitStart } from '../reporters/text-width.ts';
import type { Command, Surroundings } from '../surroundings.ts';
import { ask } from '../tidy/ask.ts';
import { findLeftovers, type Leftover } from '../tidy/leftovers.ts';
import { usageError } from '../usage-error.ts';

export const clean: Command = async ({ flags }, surroundings) => {
  const { cwd, stdout, stderr } = surroundings;
  const state = stateFolder(cwd);
  const given = flags.values.get('cache-dir');
  const isAll = flags.switches.has('all');
  const cacheDir = given === undefined ? path.join(state.dir, 'cache') : path.resolve(cwd, given);
  const busy = readRuns(state.runs).runs.filter(({ state }) => state === 'running');
  const [first] = busy;
  if (isAll && first !== undefined) {
    const message = `a run is going on in process ${first.header.pid}, and may need the cache`;
    return usageError({ message, hint: 'wait for its end, or leave --all out' }, stderr);
  }
  const running = new Set(busy.map(({ header }) => header.job));
  const orphans = flags.switches.has('orphans') ? await findOrphans(state.root) : undefined;
  for (const place of orphans?.edited ?? [])
    stderr.write(`kept, as it was edited since: ${printable(shortPath(cwd, place))}\n`);
  const found = await findLeftovers({ state, cacheDir: isAll ? cacheDir : undefined, orphans, running });
  const isJson = flags.switches.has('json');
  if (!isJson) stdout.write(listText(found, cwd));
  const isWanted =
    found.length > 0 && !flags.switches.has('dry-run') && (await isAgreed(flags, surroundings));
  const removed = isWanted ? remove(found, surroundings) : [];
  if (isJson) stdout.write(listJson(found, removed));
  else if (isWanted) stdout.write(`removed ${countText(removed)}\n`);
  return isWanted && removed.length < found.length ? exitCode.failed : exitCode.done;
};

async function isAgreed(
  { switches }: Parameters<Command>[0]['flags'],
  surroundings: Surroundings,
): Promise<boolean> {
  if (switches.has('yes')) return true;
  const answer = switches.has('json') ? undefined : ask('Remove all of this?', surroundings);
  if (answer !== undefined) return answer;
  surroundings.stderr.write('nothing was removed: --yes removes it\n');
  return false;
}

/** What could be removed; of the rest it is said why not. */
function remove(found: readonly Leftover[], { cwd, stderr }: Surroundings): readonly Leftover[] {
  return found.filter((leftover) => {
    try {
      leftover.remove();
      return true;
    } catch (error) {
      const place = printable(shortPath(cwd, leftover.path));
      stderr.write(`pipeline: ${place} cannot be removed: ${ioReason(error)}\n`);
      return false;
    }
  });
}

const words: Readonly<Record<Leftover['what'], string>> = {
  results: 'results of export/url',
  work: 'of a run that was killed',
  journals: 'an old journal',
  cache: 'the cache',
  orphan: 'made by',
};

function listText(found: readonly Leftover[], cwd: string): string {
  if (found.length === 0) return 'nothing to clean\n';
  const sizes = found.map(({ bytes }) => formatBytes(bytes));
  const width = Math.max(...sizes.map((size) => size.length));
  const lines = found.map(
    ({ what, path: place, address }, index) =>
      `${fitStart(sizes[index] ?? '', width)}  ${printable(shortPath(cwd, place))}  (${why(what, address)})\n`,
  );
  return `${lines.join('')}${found.length > 1 ? `${countText(found)} in all\n` : ''}`;
}

function why(what: Leftover['what'], address: string | undefined): string {
  return address === undefined ? words[what] : `${words[what]} ${printable(address)}, and not any more`;
}

function countText(found: readonly Leftover[]): string {
  const files = found.reduce((sum, leftover) => sum + leftover.files, 0);
  const bytes = found.reduce((sum, leftover) => sum + leftover.bytes, 0);
  return `${plural(files, 'file')}, ${formatBytes(bytes)}`;
}

function listJson(found: readonly Leftover[], removed: readonly Leftover[]): string {
  const items = found.map((leftover) => {
    const { what, path: place, files, bytes, address = null } = leftover;
    return { what, path: place, files, bytes, action: address, removed: removed.includes(leftover) };
  });
  return `${JSON.stringify({ items }, undefined, 2)}\n`;
}
