/**
 * Looks at what an archive lists before anything of it is unpacked: entries and links that lead out of their folder, more
 * than a disk should take, and what needs a password end the job. It unpacks nothing.
 */
import path from 'node:path';
import { isInside } from '../../files/paths.ts';
import { ConversionError } from '../../host/protocol.ts';
import { maxEntries } from './archive-limits.ts';
import { bomb, encrypted, passwordArgs, sevenZip } from './archive-job.ts';
import type { ArchiveJob } from './archive-job.ts';

interface Entry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly isEncrypted: boolean;
  readonly linkTo: string | undefined;
}

export async function judgeEntries(
  request: ArchiveJob,
  about: { readonly archive: string; readonly budget: number },
): Promise<void> {
  const listing = await sevenZip(request, {
    args: ['l', '-slt', ...passwordArgs(request), '--', about.archive],
    budget: 0,
  });
  const entries = readEntries(listing.output);
  const shown = JSON.stringify(request.inputName);
  if (entries.length > maxEntries)
    throw new ConversionError('too-large', `${shown} has more than ${maxEntries} entries`);
  let total = 0;
  for (const entry of entries) {
    total += entry.sizeBytes;
    if (total > about.budget) throw bomb(request, about.budget);
    if (entry.isEncrypted && request.password === undefined) throw encrypted(request);
    const reason = refusal(entry);
    if (reason !== undefined) throw new ConversionError('refused', `${shown} has ${reason[0]}`, reason[1]);
  }
}

/** What is wrong with it, and what to make of that; undefined: it stays in its folder. */
function refusal(entry: Entry): readonly [what: string, hint: string] | undefined {
  const name = JSON.stringify(entry.path);
  if (leadsOut(entry.path)) {
    return [
      `an entry that leads out of its folder: ${name}`,
      'Such archives overwrite files elsewhere. Nothing of it was unpacked.',
    ];
  }
  const { linkTo } = entry;
  if (linkTo === undefined) return undefined;
  const target = path.posix.join(path.posix.dirname(entry.path), linkTo);
  return path.isAbsolute(linkTo) || leadsOut(target)
    ? [
        `a link that leads out of its folder: ${name} → ${JSON.stringify(linkTo)}`,
        'Nothing of it was unpacked.',
      ]
    : undefined;
}

/** Blocks of `Key = value`, after a line of dashes. */
function readEntries(listing: string): readonly Entry[] {
  const start = listing.indexOf('\n----------\n');
  if (start < 0) return [];
  return listing
    .slice(start + 12)
    .split('\n\n')
    .map(
      (block) =>
        new Map(
          block
            .split('\n')
            .map((line): [string, string] => [
              line.slice(0, line.indexOf(' = ')),
              line.slice(line.indexOf(' = ') + 3),
            ]),
        ),
    )
    .filter((fields) => fields.has('Path'))
    .map((fields) => ({
      path: fields.get('Path') ?? '',
      sizeBytes: Number(fields.get('Size') ?? '0') || 0,
      isEncrypted: fields.get('Encrypted') === '+',
      linkTo: fields.get('Symbolic Link') || fields.get('Hard Link') || undefined,
    }));
}

function leadsOut(entry: string): boolean {
  const clean = entry.replaceAll('\\', '/');
  return (
    path.posix.isAbsolute(clean) ||
    /^[a-z]:\//i.test(clean) ||
    !isInside(path.posix.resolve('/root', clean), ['/root'])
  );
}
