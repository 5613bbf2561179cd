/**
 * Two converters in a row as one: documents become pictures by way of PDF. The first makes one file of the format
 * between, the second takes it further. Options go to whoever honours them.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import type { Conversion, Converter } from './converter.ts';

export interface ChainParts {
  readonly first: Converter;
  /** The format between. */
  readonly via: string;
  readonly second: Converter;
  /** Formats that the chain ends in; default: all that the second gives, but those that the first gives itself. */
  readonly to?: readonly string[];
}

export function chain(parts: ChainParts): Converter {
  const { first, via, second } = parts;
  const targets = parts.to ?? second.pairs[via] ?? [];
  return {
    name: `${first.name}+${second.name}`,
    standsFor: [...new Set([...first.standsFor, ...second.standsFor])],
    version: `${first.version}+${second.version}`,
    license: first.license === second.license ? first.license : `${first.license} AND ${second.license}`,
    kind: first.kind === 'native' || second.kind === 'native' ? 'native' : 'embedded',
    pairs: Object.fromEntries(
      Object.entries(first.pairs)
        .filter(([from, to]) => to.includes(via) && from !== via)
        .map(([from, direct]) => [from, targets.filter((to) => to !== from && !direct.includes(to))]),
    ),
    options: (from, to) => [...new Set([...first.options(from, via), ...second.options(via, to)])],
    // A detour: anything direct is better.
    rank: (from, to) => Math.min(first.rank(from, via), second.rank(via, to)) - 30,
    note: (from, to) =>
      [first.note?.(from, via), second.note?.(via, to)].filter(Boolean).join('; ') || undefined,
    isPlural: (_from, to, options) => second.isPlural?.(via, to, options) ?? true,
    convert: (conversion) => convertInTwoSteps(conversion, parts),
  };
}

async function convertInTwoSteps(
  conversion: Conversion,
  parts: ChainParts,
): Promise<Result<readonly OutputFile[], Failure>> {
  const { first, via, second } = parts;
  const half = await convertHalf(conversion, parts);
  if (!half.ok) return half;
  const [between] = half.value;
  if (between === undefined) throw new Error(`${first.name} gave no ${via}`);
  const workDir = path.join(conversion.workDir, 'second');
  await mkdir(workDir);
  return second.convert({
    ...conversion,
    inputPath: between.path,
    from: via,
    workDir,
    options: optionsOf(conversion.options, second.options(via, conversion.to)),
    progress: (percent) => conversion.progress(percent === null ? null : 60 + percent * 0.4),
  });
}

/** `pages` and their like belong to the second step when both know them: it sees the whole document. */
async function convertHalf(
  conversion: Conversion,
  parts: ChainParts,
): Promise<Result<readonly OutputFile[], Failure>> {
  const { first, via, second } = parts;
  const later = new Set(second.options(via, conversion.to));
  const names = first.options(conversion.from, via).filter((name) => !later.has(name));
  const workDir = path.join(conversion.workDir, 'first');
  await mkdir(workDir);
  return first.convert({
    ...conversion,
    to: via,
    outputName: `between.${via}`,
    workDir,
    options: optionsOf(conversion.options, names),
    progress: (percent) => conversion.progress(percent === null ? null : percent * 0.6),
  });
}

const optionsOf = (options: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));
