/**
 * What a plan depends on beside files, read from the command line and the environment alone, so that it can be compared
 * before anything is loaded. It knows which flags matter for the result, and nothing of pipelines.
 */
import path from 'node:path';
import { type Basis, shortName } from '@pipeline/engine';
import type { Environment, FlagValues } from '../parse-arguments.ts';

/** They choose which programs and packs do the work, and what those see of the machine. */
export const machineVariables: readonly string[] = [
  'PATH',
  'PIPELINE_PROGRAMS_PATH',
  'PIPELINE_WITHOUT_PACKS',
  'HOME',
  'FONTCONFIG_PATH',
  'FONTCONFIG_FILE',
  'TZ',
];

export interface BasisRequest {
  readonly flags: FlagValues;
  readonly env: Environment;
  /** Of this program. */
  readonly version: string;
  /** Names of environment variables. */
  readonly variables: readonly string[];
}

export function basisOf({ flags, env, version, variables }: BasisRequest): Basis {
  const facts: Record<string, string> = { pipeline: version, node: process.version };
  for (const name of ['on', 'region'] as const) {
    const value = flags.values.get(name);
    if (value !== undefined) facts[`--${name}`] = value;
  }
  if (flags.switches.has('sandbox')) facts['--sandbox'] = 'yes';
  const allowed = flags.lists.get('allow-path') ?? [];
  if (allowed.length > 0) facts['--allow-path'] = allowed.join(', ');
  // Not the values: they are nobody's business, and may be long.
  for (const name of variables) {
    const value = env[name];
    if (value !== undefined) facts[`env ${name}`] = shortName(value);
  }
  return facts;
}

/** Names a manifest: one pipeline with one set of explicit params. */
export function manifestKey(file: string, root: string, { lists, values }: FlagValues): string {
  const params = [...(lists.get('param') ?? [])].sort();
  const paramsFile = values.get('params-file');
  return JSON.stringify([
    path.relative(root, file),
    ...params,
    ...(paramsFile === undefined ? [] : [{ paramsFile }]),
  ]);
}

export function manifestPath(key: string, root: string): string {
  return path.join(root, '.pipeline', 'manifests', shortName(key));
}
