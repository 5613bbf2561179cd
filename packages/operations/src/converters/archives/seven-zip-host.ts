/**
 * Archives by 7-Zip, inside a converter host: look inside, judge, unpack, pack again. Entries that lead out of their
 * folder, bombs and encrypted archives end here with a reason. A job does one half, or both.
 */
import {
  appendFile,
  copyFile,
  link,
  lstat,
  lutimes,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import type { HostModule } from '../../host/protocol.ts';
import { formatLabel } from '../../files/magic.ts';
import { textOption } from '../../read-options.ts';
import { isInside } from '../../files/paths.ts';
import { stemOf } from '../../files/output-name.ts';
import { expansionBudget, maxEntries, maxExpandedBytes } from './archive-limits.ts';
import { archiveTypes, contentDir, layered, protectable, singleFiles } from './seven-zip-formats.ts';
import { lzipToLzma } from './lzip.ts';
import { writeRar } from './rar-writer.ts';
import { callSevenZip, ExpandedTooMuch } from './seven-zip-library.ts';
import type { SevenZipAnswer } from './seven-zip-library.ts';

interface ArchiveJob {
  /** `unpack` leaves the files in `content` in the work folder, `pack` finds them there. */
  readonly half: 'unpack' | 'pack' | undefined;
  readonly inputPath: string;
  readonly inputName: string;
  readonly from: string;
  readonly to: string;
  readonly outputPath: string;
  /** New and empty. */
  readonly workDir: string;
  readonly password: string | undefined;
}

/** Folders that an archive does not list get one date, so that the same input makes the same output. */
const folderDate: Date = new Date('2000-01-01T00:00:00Z');

export const host: HostModule = { run };

async function run(job: JsonObject, report: (percent: number | null) => void): Promise<JsonObject> {
  const request = readJob(job);
  if (request.half !== 'pack') await unpack(request, report);
  report(60);
  if (request.half === 'unpack') return {};
  await settle(path.join(request.workDir, contentDir));
  await pack(request);
  await rm(path.join(request.workDir, contentDir), { recursive: true, force: true });
  return {};
}

async function unpack(request: ArchiveJob, report: (percent: number | null) => void): Promise<void> {
  const { size } = await lstat(request.inputPath);
  const budget = expansionBudget(size);
  await mkdir(path.join(request.workDir, contentDir));
  if (request.from === 'lz') return await unpackLzip(request, budget);
  const input = await placeInput(request);
  const inner = await openLayer(request, { input, budget });
  report(20);
  await judgeEntries(request, { archive: inner, budget });
  const args = ['x', '-y', `-o${contentDir}`, ...passwordArgs(request), '--', inner];
  await sevenZip(request, { args, budget });
  if (singleFiles.has(request.from)) await nameSingleFile(request);
}

/** As the archive is called: what it says of itself may be missing, or anything. */
async function nameSingleFile(request: ArchiveJob): Promise<void> {
  const dir = path.join(request.workDir, contentDir);
  const [only, ...others] = await readdir(dir);
  if (only === undefined || others.length > 0) return;
  await rename(path.join(dir, only), path.join(dir, stemOf(request.inputName)));
}

function readJob(job: JsonObject): ArchiveJob {
  const half = textOption(job, 'half');
  return {
    half: half === 'unpack' || half === 'pack' ? half : undefined,
    inputPath: textOption(job, 'inputPath') ?? '',
    inputName: textOption(job, 'inputName') ?? '',
    from: textOption(job, 'from') ?? '',
    to: textOption(job, 'to') ?? '',
    outputPath: textOption(job, 'outputPath') ?? '',
    workDir: textOption(job, 'workDir') ?? '',
    password: textOption(job, 'password'),
  };
}

/** 7-Zip sees the work folder alone, so the archive must lie in it. */
async function placeInput(request: ArchiveJob): Promise<string> {
  const name = `in.${request.from}`;
  const place = path.join(request.workDir, name);
  try {
    await link(request.inputPath, place);
  } catch {
    await copyFile(request.inputPath, place);
  }
  return name;
}

/** A member after the other. */
async function unpackLzip(request: ArchiveJob, budget: number): Promise<void> {
  const dir = path.join(request.workDir, 'member');
  const target = path.join(request.workDir, contentDir, stemOf(request.inputName));
  let expanded = 0;
  for (const member of await membersOf(request)) {
    await writeFile(path.join(request.workDir, 'member.lzma'), member);
    await sevenZip(request, {
      args: ['x', '-y', '-omember', '--', 'member.lzma'],
      budget: budget - expanded,
    });
    const [name = ''] = await readdir(dir);
    const bytes = await readFile(path.join(dir, name));
    expanded += bytes.length;
    await appendFile(target, bytes);
    await rm(dir, { recursive: true });
  }
}

async function membersOf(request: ArchiveJob): Promise<readonly Buffer[]> {
  try {
    return lzipToLzma(await readFile(request.inputPath));
  } catch (error) {
    throw broken(request, error instanceof Error ? error.message : String(error));
  }
}

/** Given always: without one, 7-Zip would ask for it. */
const passwordArgs = (request: ArchiveJob): readonly string[] => [`-p${request.password ?? ''}`];

/** What is around another archive: `data.tar.gz`, and packages, whose files lie in a tar or cpio. */
const isLayered = (format: string): boolean => /^(tar\..*|deb|rpm)$/.test(format);

/** → the archive within. Everything else is opened as it is. */
async function openLayer(
  request: ArchiveJob,
  { input, budget }: { readonly input: string; readonly budget: number },
): Promise<string> {
  if (!isLayered(request.from)) return input;
  let inner = input;
  // A package holds a packed tar.
  for (let depth = 1; depth === 1 || (depth < 4 && /\.(zst|xz|gz|bz2|lzma)$/.test(inner)); depth += 1) {
    const dir = `layer${depth}`;
    await mkdir(path.join(request.workDir, dir));
    await sevenZip(request, { args: ['x', '-y', `-o${dir}`, ...passwordArgs(request), '--', inner], budget });
    const [only, ...others] = await readdir(path.join(request.workDir, dir));
    if (only === undefined || others.length > 0) throw broken(request, 'there is no single archive in it');
    const name = `${dir}/inner${path.extname(only)}`;
    await rename(path.join(request.workDir, dir, only), path.join(request.workDir, name));
    inner = name;
  }
  return inner;
}

interface Entry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly isEncrypted: boolean;
  readonly linkTo: string | undefined;
}

async function judgeEntries(
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
    if (leadsOut(entry.path)) {
      throw new ConversionError(
        'refused',
        `${shown} has an entry that leads out of its folder: ${JSON.stringify(entry.path)}`,
        'Such archives overwrite files elsewhere. Nothing of it was unpacked.',
      );
    }
    if (
      entry.linkTo !== undefined &&
      (path.isAbsolute(entry.linkTo) ||
        leadsOut(path.posix.join(path.posix.dirname(entry.path), entry.linkTo)))
    ) {
      throw new ConversionError(
        'refused',
        `${shown} has a link that leads out of its folder: ${JSON.stringify(entry.path)} → ${JSON.stringify(entry.linkTo)}`,
        'Nothing of it was unpacked.',
      );
    }
  }
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

/** Times of folders and links are made one, and what is neither file nor folder nor inner link goes. */
async function settle(dir: string): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const full = path.join(dir, entry.name);
    if (entry.isDirectory()) await settle(full);
    else if (entry.isSymbolicLink()) await lutimes(full, folderDate, folderDate);
    else if (!entry.isFile()) await rm(full, { force: true });
  }
  await utimes(dir, folderDate, folderDate);
}

async function pack(request: ArchiveJob): Promise<void> {
  const type = archiveTypes[request.to] ?? 'zip';
  const layer = layered[request.to];
  const target = layer === undefined ? 'out.archive' : 'out.tar';
  const password =
    request.password !== undefined && protectable.has(request.to) ? [`-p${request.password}`] : [];
  const names = await readdir(path.join(request.workDir, contentDir));
  if (names.length === 0) throw broken(request, 'it is empty');
  // 7-Zip opens them, but does not make them.
  if (request.to === 'rar') return await writeRar(path.join(request.workDir, contentDir), request.outputPath);
  await sevenZip(request, {
    args: ['a', `-t${type}`, '-snl', ...password, '--', target, './content/*'],
    budget: maxExpandedBytes,
  });
  if (layer !== undefined) {
    // Gzip keeps the time of the file.
    await utimes(path.join(request.workDir, target), folderDate, folderDate);
    await sevenZip(request, {
      args: ['a', `-t${layer}`, '--', 'out.archive', target],
      budget: maxExpandedBytes,
    });
  }
  await rename(path.join(request.workDir, 'out.archive'), request.outputPath);
}

async function sevenZip(
  request: ArchiveJob,
  call: { readonly args: readonly string[]; readonly budget: number },
): Promise<SevenZipAnswer> {
  try {
    const answer = await callSevenZip({
      dir: request.workDir,
      args: call.args,
      maxWrittenBytes: call.budget,
    });
    if (answer.code === 0 || answer.code === 1) return answer;
    throw failed(answer, request);
  } catch (error) {
    if (error instanceof ExpandedTooMuch) throw bomb(request, call.budget);
    throw error;
  }
}

function failed(answer: SevenZipAnswer, request: ArchiveJob): ConversionError {
  if (/wrong password|encrypted archive|enter password/i.test(`${answer.output}\n${answer.errors}`))
    return encrypted(request);
  const why =
    /ERROR: (?:in\.\S+|\S+)\s*:?\s*\n?(.+)/.exec(answer.errors)?.[1] ??
    answer.errors.split('\n').find((line) => line.trim() !== '');
  return broken(request, (why ?? 'it cannot be opened').replaceAll(request.workDir, '').trim());
}

function encrypted(request: ArchiveJob): ConversionError {
  const shown = JSON.stringify(request.inputName);
  return request.password === undefined
    ? new ConversionError('bad-input', `${shown} is protected by a password`, {
        hint: 'Give it as `password`.',
        code: 'PASSWORD_REQUIRED',
      })
    : new ConversionError('bad-input', `${shown} does not open with the password given`, {
        code: 'WRONG_PASSWORD',
      });
}

const broken = (request: ArchiveJob, why: string): ConversionError =>
  new ConversionError(
    'bad-input',
    `${JSON.stringify(request.inputName)} cannot be read as ${formatLabel(request.from)}: ${why}`,
    'Copy or download it again from its source.',
  );

const bomb = (request: ArchiveJob, budget: number): ConversionError =>
  new ConversionError(
    'too-large',
    `${JSON.stringify(request.inputName)} expands to more than ${Math.round(budget / 2 ** 20)} MiB: this looks like a zip bomb`,
    'Nothing of it was converted.',
  );
