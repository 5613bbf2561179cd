/** What converters need that is not here, and the command that installs it. */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import { isMet } from '../converter-table.ts';
import type { Converter, Need } from '../converters/converter.ts';
import { packInstallCommand } from '../packs.ts';
import { installCommand } from '../programs/find-program.ts';

/** Undefined: everything that it needs is here. */
export function missingNeeds({ name, needs }: Converter): Failure | undefined {
  const lacking = needs.filter((need) => !isMet(need));
  if (lacking.length === 0) return undefined;
  const what = lacking.map((need) => need.name).join(' and ');
  return failure('converter-missing', `${name} does it, but ${what} is not installed`, {
    hint: needsHint(lacking),
  });
}

/** What installs the things that are needed. */
export function needsHint(needs: readonly Need[]): string {
  return `Install it: ${installCommandOf(needs)}. \`pipeline doctor\` shows what else is missing.`;
}

/** The command line that installs them, and more packages of the system; empty when there is none for this machine. */
export function installCommandOf(needs: readonly Need[], systemPackages: readonly string[] = []): string {
  const names = needs.flatMap((need) => (need.type === 'program' ? [need.name] : []));
  const install = installCommand(names, systemPackages);
  const packs = needs.flatMap((need) => (need.type === 'pack' ? [need.name] : []));
  return [
    ...(install === undefined ? [] : [install]),
    ...(packs.length === 0 ? [] : [packInstallCommand(packs)]),
  ].join(' && ');
}
