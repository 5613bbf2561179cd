/** Which unpackers there are, and which of them opens a format here. Light to load. */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { isInstalled } from './converter-table.ts';
import { sevenZipUnpacker } from './converters/archives/seven-zip.ts';
import { lzop, rzip, unar } from './converters/archives/unarchivers.ts';
import type { Unpacker } from './converters/archives/unpackers.ts';
import { formatLabel } from './files/magic.ts';
import { needsHint } from './routes/needs.ts';

const unpackers: readonly Unpacker[] = [sevenZipUnpacker, unar, lzop, rzip];

export interface UnpackerRequest {
  /** Canonical. */
  readonly format: string;
  /** What messages call the archive. */
  readonly name: string;
  readonly engine: string | undefined;
  readonly hasPassword: boolean;
}

/** The best that is here, is the engine asked for, and takes a password when one is given. */
export function findUnpacker(request: UnpackerRequest): Result<Unpacker, Failure> {
  const { format, name, engine, hasPassword } = request;
  const shown = JSON.stringify(name);
  const able = unpackers
    .filter(({ formats }) => formats.includes(format))
    .toSorted((left, right) => right.rank - left.rank);
  if (able.length === 0) return err(notAnArchive(format, shown));
  const asked =
    engine === undefined ? able : able.filter((one) => one.name === engine || one.standsFor.includes(engine));
  if (asked.length === 0) {
    const names = able.map((one) => one.name).join(', ');
    return err(
      failure('unsupported', `The engine "${engine}" does not unpack ${formatLabel(format)} here`, {
        code: 'INVALID_OPTION',
        hint: `Leave \`engine\` out, or use: ${names}.`,
      }),
    );
  }
  const here = asked.filter(isInstalled);
  const [best] = hasPassword ? here.filter(({ noPassword }) => noPassword === undefined) : here;
  if (best !== undefined) return ok(best);
  if (here.length > 0) return err(passwordRefused(here, request));
  const [first] = asked;
  const message = `${shown}: ${first?.name ?? ''} unpacks ${formatLabel(format)}, but it is not installed`;
  return err(failure('converter-missing', message, { hint: needsHint(first?.needs ?? []) }));
}

function passwordRefused(here: readonly Unpacker[], { format, name }: UnpackerRequest): Failure {
  const shown = JSON.stringify(name);
  const seen = here.find(({ noPassword }) => noPassword === 'seen');
  if (seen === undefined) {
    return failure('unsupported', `\`password\` has no meaning for ${formatLabel(format)}: ${shown}`, {
      code: 'INVALID_OPTION',
      hint: 'Leave it out.',
    });
  }
  const message = `${seen.name} takes a password only in its command line, which every user of this machine can read: ${shown}`;
  const others = unpackers.filter((one) => one.noPassword === undefined && one.formats.includes(format));
  return failure('unsupported', message, {
    code: 'INVALID_OPTION',
    hint:
      others.length > 0
        ? `Leave \`engine\` out: ${others.map((one) => one.name).join(', ')} takes it.`
        : 'Unpack it by hand, and pack it anew as zip or 7z.',
  });
}

function notAnArchive(format: string, shown: string): Failure {
  if (format === '') {
    return failure('unsupported', `${shown}: the name does not tell the format of the archive`, {
      hint: 'Set `input_format`.',
    });
  }
  const known = [...new Set(unpackers.flatMap(({ formats }) => formats))].sort().join(', ');
  return failure('unsupported', `${shown}: nothing here unpacks ${formatLabel(format)}`, {
    hint: `There are: ${known}.`,
  });
}
