/**
 * Two converters in a row as one: documents become pictures by way of PDF. The first makes one file of the format
 * between, the second takes it further. Options go to whoever honours them.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import type { MachinePart } from '../basis/machine-parts.ts';
import { nameOf } from '../files/output-name.ts';
import type { CheckRequest, Conversion, Converter } from './converter.ts';

export interface ChainParts {
  readonly first: Converter;
  /** The format between. */
  readonly via: string;
  readonly second: Converter;
  /** What it turns into what; default: all that the first turns into `via`, into all that the second makes of that. */
  readonly pairs?: Converter['pairs'];
  /** How much worse than its parts it is for taking a detour; default 30. */
  readonly penalty?: number;
}

export function chain(parts: ChainParts): Converter {
  const { first, via, second, penalty = 30 } = parts;
  return {
    name: `${first.name}+${second.name}`,
    standsFor: [...new Set([first.name, second.name, ...first.standsFor, ...second.standsFor])],
    version: async () => `${await first.version()}+${await second.version()}`,
    license: [...new Set([first, second].flatMap(({ license }) => license.split(' AND ')))].join(' AND '),
    kind: first.kind === 'native' || second.kind === 'native' ? 'native' : 'embedded',
    needs: [...first.needs, ...second.needs],
    uses: (request) => usesOf(request, parts),
    pairs: parts.pairs ?? allPairs(parts),
    via,
    options: (from, to) => [...new Set([...first.options(from, via), ...second.options(via, to)])],
    // A detour: anything direct is better.
    rank: (from, to) => Math.min(first.rank(from, via), second.rank(via, to)) - penalty,
    note: (from, to) =>
      [first.note?.(from, via), second.note?.(via, to)].filter(Boolean).join('; ') || undefined,
    isPlural: (from, to, options) =>
      (first.isPlural?.(from, via, options) ?? false) || (second.isPlural?.(via, to, options) ?? false),
    check: (request) =>
      first.check?.({ ...request, to: via, options: firstOptions(request, parts) }) ??
      second.check?.({
        ...request,
        from: via,
        options: optionsOf(request.options, second.options(via, request.to)),
      }),
    convert: (conversion) => convertInTwoSteps(conversion, parts),
  };
}

function usesOf(request: CheckRequest, parts: ChainParts): readonly MachinePart[] {
  const { first, via, second } = parts;
  return [
    ...(first.uses?.({ ...request, to: via, options: firstOptions(request, parts) }) ?? []),
    ...(second.uses?.({
      from: via,
      to: request.to,
      options: optionsOf(request.options, second.options(via, request.to)),
    }) ?? []),
  ];
}

function allPairs({ first, via, second }: ChainParts): Converter['pairs'] {
  const targets = second.pairs[via] ?? [];
  return Object.fromEntries(
    Object.entries(first.pairs)
      .filter(([from, to]) => to.includes(via) && from !== via)
      .map(([from, direct]) => [from, targets.filter((to) => to !== from && !direct.includes(to))]),
  );
}

async function convertInTwoSteps(
  conversion: Conversion,
  parts: ChainParts,
): Promise<Result<readonly OutputFile[], Failure>> {
  const { first, via, second } = parts;
  const half = await convertHalf(conversion, parts);
  if (!half.ok) return half;
  if (half.value.length === 0) {
    const name = JSON.stringify(conversion.inputName);
    return err(failure('converter-failed', `${first.name} made no ${via} of ${name}`));
  }
  const outputs: OutputFile[] = [];
  for (const [index, between] of half.value.entries()) {
    const place = { number: index + 1, count: half.value.length };
    const made = await convertFurther(conversion, { second, via, between, place });
    if (!made.ok) return made;
    outputs.push(...made.value);
  }
  return ok(outputs);
}

/** Each page that the first made becomes an output of its own. */
async function convertFurther(
  conversion: Conversion,
  step: {
    readonly second: Converter;
    readonly via: string;
    readonly between: OutputFile;
    readonly place: { readonly number: number; readonly count: number };
  },
): Promise<Result<readonly OutputFile[], Failure>> {
  const { second, via, between, place } = step;
  const isAlone = place.count === 1;
  const workDir = path.join(conversion.workDir, isAlone ? 'second' : `second-${place.number}`);
  await mkdir(workDir);
  const done = place.number - 1;
  return second.convert({
    ...conversion,
    inputPath: between.path,
    from: via,
    workDir,
    outputName: isAlone ? conversion.outputName : nameOf(conversion.outputName, place),
    options: optionsOf(conversion.options, second.options(via, conversion.to)),
    progress: (percent) =>
      conversion.progress(percent === null ? null : 60 + ((done + percent / 100) * 40) / place.count),
  });
}

async function convertHalf(
  conversion: Conversion,
  parts: ChainParts,
): Promise<Result<readonly OutputFile[], Failure>> {
  const { first, via } = parts;
  const workDir = path.join(conversion.workDir, 'first');
  await mkdir(workDir);
  return first.convert({
    ...conversion,
    to: via,
    outputName: `between.${via}`,
    workDir,
    options: firstOptions(conversion, parts),
    progress: (percent) => conversion.progress(percent === null ? null : percent * 0.6),
  });
}

/** `pages` and their like belong to the second step when both know them: it sees the whole document. */
function firstOptions({ from, to, options }: CheckRequest, { first, via, second }: ChainParts): JsonObject {
  const later = new Set(second.options(via, to));
  // A password opens the original; the file between has none.
  const names = first.options(from, via).filter((name) => name === 'password' || !later.has(name));
  return optionsOf(options, names);
}

const optionsOf = (options: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));
