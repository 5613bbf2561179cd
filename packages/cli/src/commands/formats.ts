/** `pipeline formats`: what becomes what on this machine, by which converter, under which options. */
import { canonicalFormat, formatNames, isKnownFormat, nearest } from '@pipeline/schema';
import { exitCode } from '../exit-code.ts';
import { overview, pairText, targetList } from '../format-text.ts';
import {
  absentConverters,
  allConverters,
  isRemote,
  missingFor,
  missingTargets,
  targetsOf,
  usesFor,
} from '../format-table.ts';
import type { Command } from '../surroundings.ts';
import { usageError } from '../usage-error.ts';

export const formats: Command = async ({ arguments: named, flags }, { stdout, stderr }) => {
  const unknown = named.find((name) => !isKnownFormat(name));
  if (unknown !== undefined) return usageError(unknownFormat(unknown), stderr);
  const [from, to] = named.map(canonicalFormat);
  const width = Math.min(stdout.columns ?? 100, 120);
  const isJson = flags.switches.has('json');
  const print = (json: object, text: () => string): void =>
    void stdout.write(isJson ? `${JSON.stringify(json, undefined, 2)}\n` : text());
  if (from === undefined) {
    const all = { converters: await allConverters(), missing: absentConverters() };
    print(all, () => overview(all, width));
    return exitCode.done;
  }
  if (to === undefined) {
    const all = { from, targets: await targetsOf(from), missing: missingTargets(from) };
    print(all, () => targetList(all, width));
    return all.targets.length > 0 ? exitCode.done : exitCode.missing;
  }
  const pair = {
    from,
    to,
    converters: await usesFor(from, to),
    missing: missingFor(from, to),
    cloudconvert: isRemote(from, to),
  };
  print(pair, () => pairText(pair, width));
  return pair.converters.length > 0 ? exitCode.done : exitCode.missing;
};

function unknownFormat(name: string): { message: string; hint: string } {
  const near = nearest(name, formatNames());
  return {
    message: `there is no format "${name}"`,
    hint: near === undefined ? 'give the extension of such a file: docx, jpg' : `did you mean "${near}"?`,
  };
}
