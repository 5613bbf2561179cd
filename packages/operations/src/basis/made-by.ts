/**
 * Who does an action, and what its result depends on beside its files and options: the part of a plan by which an
 * earlier result is known to be still true. All actions of one converter share one object.
 */
import type { ActionPlan } from '@pipeline/engine';
import type { CheckRequest, Converter } from '../converters/converter.ts';
import { forgetProgram } from '../programs/find-program.ts';
import { commonFacts, partFacts } from './machine-parts.ts';
import type { MachinePart, PartFacts } from './machine-parts.ts';

/** A converter, or another tool that has a name and a version. */
export type Maker = Pick<Converter, 'name' | 'version' | 'needs' | 'uses'>;

/** `asked`: of which formats and options; absent: its work is always the same. */
export async function madeBy(maker: Maker, asked: CheckRequest = nothingAsked): Promise<MadeBy> {
  const facts = factsOf([...maker.needs, ...(maker.uses?.(asked) ?? [])]);
  return { converter: { name: maker.name, version: await maker.version() }, ...facts };
}

export type MadeBy = Required<Pick<ActionPlan, 'converter' | 'basis' | 'watches'>>;

const nothingAsked: CheckRequest = { from: '', to: '', options: {} };

/** Of several: of a merge, each file may have a converter of its own. */
export function joined(all: readonly PartFacts[]): PartFacts {
  return {
    basis: Object.assign({}, ...all.map(({ basis }) => basis)),
    watches: [...new Set(all.flatMap(({ watches }) => watches))],
  };
}

interface Known {
  readonly facts: PartFacts;
  readonly text: string;
  readonly atMs: number;
}

/** A run that goes on for weeks must see an update, and a plan of 10,000 actions must not look 10,000 times. */
const freshMs = 2000;
const known = new Map<string, Known>();

/** What holds of the machine for these parts; the same object until something has changed. */
export function factsOf(parts: readonly MachinePart[]): PartFacts {
  const key = parts.map(partKey).join(' ');
  const old = known.get(key);
  const nowMs = performance.now();
  if (old !== undefined && nowMs - old.atMs < freshMs) return old.facts;
  const facts = joined([commonFacts(), ...parts.map(partFacts)]);
  const text = JSON.stringify(facts);
  if (old?.text === text) {
    known.set(key, { ...old, atMs: nowMs });
    return old.facts;
  }
  if (old !== undefined) for (const part of parts) if (part.type === 'program') forgetProgram(part.name);
  known.set(key, { facts, text, atMs: nowMs });
  return facts;
}

const partKey = (part: MachinePart): string => ('name' in part ? `${part.type}:${part.name}` : part.type);
