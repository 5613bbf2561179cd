/**
 * How a run was started, as its journal keeps it, and back again: the same file, params and flags, seen from the same
 * folder. What only says how to report is left out: whoever runs it again says that anew. Secrets are masked; they
 * come from the environment again.
 */
import path from 'node:path';
import type { RunCall, RunHeader } from '@pipeline/engine';
import type { JsonObject, JsonScalar, JsonValue } from '@pipeline/schema';
import { isJsonList, isJsonObject } from '@pipeline/schema';
import type { Masker } from '../masker.ts';
import type { OpenedPipeline } from '../open-pipeline.ts';
import type { FlagValues, Invocation } from '../parse-arguments.ts';
import type { RunOptions } from '../run-options.ts';

/** They say how a run is reported, or stand in the journal under a name of their own. */
const left: ReadonlySet<string> = new Set([
  'cwd',
  'file',
  'help',
  'param',
  'params-file',
  'reporter',
  'json',
  'print-outputs',
  'no-tui',
  'quiet',
  'verbose',
  'dry-run',
  'watch',
  'poll',
]);

export interface CallFacts {
  readonly invocation: Invocation;
  readonly options: Pick<RunOptions, 'params'>;
  readonly opened: OpenedPipeline;
  /** The project root, absolute. */
  readonly root: string;
  /** The working folder, absolute. */
  readonly cwd: string;
  readonly jobId: string;
  readonly version: string;
  readonly masker: Masker;
}

export function runCall(facts: CallFacts): RunCall {
  const { invocation, options, opened, root, cwd, jobId, version, masker } = facts;
  const { pipeline, source, baseDir } = opened;
  const isStdin = source.path === '<stdin>';
  const params = Object.entries(options.params).map(([name, value]): [string, JsonScalar, boolean] => {
    const shown = typeof value === 'string' ? masker.text(value) : value;
    return [name, shown, shown !== value];
  });
  return {
    tool: version,
    job: jobId,
    name: masker.text(pipeline.name ?? ''),
    file: isStdin ? null : path.relative(root, path.join(baseDir, path.basename(source.path))),
    cwd: path.relative(root, cwd),
    params: Object.fromEntries(params),
    masked: params.flatMap(([name, , isMasked]) => (isMasked ? name : [])),
    flags: keptFlags(invocation.flags, masker),
  };
}

function keptFlags({ switches, values, lists }: FlagValues, { text }: Masker): JsonObject {
  const keptValues = [...values].filter(([name]) => isKept(name));
  const keptLists = [...lists].filter(([name]) => isKept(name));
  return {
    switches: [...switches].filter(isKept),
    values: Object.fromEntries(keptValues.map(([name, value]) => [name, text(value)])),
    lists: Object.fromEntries(keptLists.map(([name, all]) => [name, all.map(text)])),
  };
}

const isKept = (name: string): boolean => !left.has(name);

/** The flags of that run, with those that say how this one is reported. */
export function flagsAgain({ flags }: Pick<RunHeader, 'flags'>, reporting: FlagValues): FlagValues {
  return {
    switches: new Set([...textsOf(flags['switches']), ...reporting.switches]),
    values: new Map([
      ...entriesOf(flags['values']).flatMap(([name, value]): [string, string][] =>
        typeof value === 'string' ? [[name, value]] : [],
      ),
      ...reporting.values,
    ]),
    lists: new Map(entriesOf(flags['lists']).map(([name, value]) => [name, textsOf(value)])),
  };
}

/** The words that would start it: `pipeline run site.yaml -p quality=90 --only pdf`. */
export function commandOf(header: RunHeader): readonly string[] {
  const { switches, values, lists } = flagsAgain(header, noFlags);
  const file = header.file === null ? '-' : path.relative(header.cwd, header.file);
  return [
    'pipeline',
    'run',
    file,
    ...Object.entries(header.params).flatMap(([name, value]) => ['-p', `${name}=${String(value)}`]),
    ...[...lists].flatMap(([name, all]) => all.flatMap((value) => [`--${name}`, value])),
    ...[...values].flatMap(([name, value]) => [`--${name}`, value]),
    ...[...switches].map((name) => `--${name}`),
  ];
}

const noFlags: FlagValues = { switches: new Set(), values: new Map(), lists: new Map() };

const entriesOf = (value: JsonValue | undefined): readonly [string, JsonValue][] =>
  isJsonObject(value) ? Object.entries(value) : [];

const textsOf = (value: JsonValue | undefined): readonly string[] =>
  isJsonList(value) ? value.filter((text) => typeof text === 'string') : [];
