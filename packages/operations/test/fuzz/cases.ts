/** Seed of a case → a hostile file: broken in some way, or made to be. */
import { referring, type Bait, type Hostile } from './references.ts';
import { bombs } from './bombs.ts';
import { randomFrom, type Random } from './random.ts';

export interface Stock {
  readonly seeds: readonly Hostile[];
  readonly references: readonly Hostile[];
  readonly bombs: readonly Hostile[];
}

export const stockOf = (seeds: readonly Hostile[], bait: Bait): Stock => ({
  seeds,
  references: referring(bait),
  bombs: bombs(),
});

export interface Case extends Hostile {
  /** For messages. */
  readonly kind: string;
  readonly content: Buffer;
  readonly random: Random;
}

/** The same for the same seed. The made ones come round by turns, so that a run of a thousand has all of them. */
export function caseOf(seed: number, { seeds, references, bombs: large }: Stock): Case {
  const random = randomFrom(seed);
  const kinds = [
    'reference',
    'cut',
    'flipped',
    'reference',
    'renamed',
    'bomb',
    'spliced',
    'flipped',
    'empty',
  ] as const;
  const kind = kinds[seed % kinds.length] ?? 'cut';
  const turn = Math.floor(seed / kinds.length);
  const chosen =
    kind === 'reference'
      ? references[(2 * turn + (seed % kinds.length === 0 ? 0 : 1)) % references.length]
      : kind === 'bomb'
        ? large[turn % large.length]
        : random.pick(seeds);
  const { name, content } = chosen ?? random.pick(seeds);
  const whole = Buffer.from(content);
  return {
    kind,
    random,
    name: renamed(name, { kind, random, seeds }),
    content: broken(whole, { kind, random, seeds }),
  };
}

interface Breaking {
  readonly kind: string;
  readonly random: Random;
  readonly seeds: readonly Hostile[];
}

function renamed(name: string, { kind, random, seeds }: Breaking): string {
  if (kind !== 'renamed') return name;
  const other = random.pick(seeds).name;
  return `${name.slice(0, name.lastIndexOf('.'))}${other.slice(other.lastIndexOf('.'))}`;
}

function broken(content: Buffer, { kind, random, seeds }: Breaking): Buffer {
  switch (kind) {
    case 'cut':
      return content.subarray(0, random.below(content.length));
    case 'flipped': {
      const copy = Buffer.from(content);
      const flips = 1 + random.below(Math.max(2, copy.length / 200));
      for (let flip = 0; flip < flips; flip += 1) {
        const at = random.below(copy.length);
        copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
      }
      return copy;
    }
    case 'spliced': {
      const other = Buffer.from(random.pick(seeds).content);
      const at = random.below(content.length);
      const part = other.subarray(random.below(other.length));
      return Buffer.concat([content.subarray(0, at), part, content.subarray(at)]);
    }
    case 'empty':
      return random.below(4) === 0 ? Buffer.alloc(0) : Buffer.alloc(1 + random.below(64), random.below(256));
    default:
      return content;
  }
}
