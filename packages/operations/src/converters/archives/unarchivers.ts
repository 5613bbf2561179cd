/** Archives that 7-Zip does not know, by installed programs: unar, lzop and rzip. */
import { lstat, mkdir, readdir, rename, utimes } from 'node:fs/promises';
import path from 'node:path';
import { outputDateSeconds } from '../../files/output-date.ts';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { formatLabel } from '../../files/magic.ts';
import { stemOf } from '../../files/output-name.ts';
import type { ProcessEnd } from '../../process.ts';
import { programVersion } from '../../programs/find-program.ts';
import { programs } from '../../programs/program-table.ts';
import type { ProgramName } from '../../programs/program-table.ts';
import { runProgram } from '../../programs/run-program.ts';
import { expansionBudget } from './archive-limits.ts';
import { contentDir } from './seven-zip-formats.ts';
import { sevenZipUnpacker } from './seven-zip.ts';
import { unpackedFiles } from './unpacked-files.ts';
import type { Unpacker, Unpacking } from './unpackers.ts';

export const unar: Unpacker = unpacker({
  program: 'unar',
  formats: ['alz', 'arc', 'rar', 'cbr', 'lha', 'arj', 'cab'],
  // As an argument alone: there is no prompt without a terminal, and no file that it would read one from.
  noPassword: 'seen',
  // What both open, 7-Zip opens better.
  rank: 45,
  unpack: async (unpacking) => {
    const { inputPath, workDir } = unpacking;
    const target = path.join(workDir, contentDir);
    await mkdir(target);
    const ran = await run(unpacking, { program: 'unar', args: unarArgs({ inputPath, target }) });
    if (!ran.ok) return ran;
    const files = await unpackedFiles(target, unpacking.inputName);
    return files.ok ? ok(undefined) : files;
  },
});

/** Pure. */
export function unarArgs(about: { readonly inputPath: string; readonly target: string }): readonly string[] {
  return [
    '-quiet',
    '-no-directory',
    '-no-recursion',
    '-force-skip',
    '-forks',
    'skip',
    // An empty one keeps it from asking.
    '-password',
    '',
    '-output-directory',
    about.target,
    about.inputPath,
  ];
}

export const lzop: Unpacker = unpacker({
  program: 'lzop',
  formats: ['lzo', 'tar.lzo', 'tzo'],
  noPassword: 'none',
  rank: 50,
  unpack: (unpacking) =>
    unpackLayer(unpacking, {
      program: 'lzop',
      args: (output) => ['--decompress', '--force', `--output=${output}`, unpacking.inputPath],
    }),
});

export const rzip: Unpacker = unpacker({
  program: 'rzip',
  formats: ['rz'],
  noPassword: 'none',
  rank: 50,
  unpack: (unpacking) =>
    unpackLayer(unpacking, {
      program: 'rzip',
      args: (output) => ['-d', '-k', '-f', '-o', output, unpacking.inputPath],
    }),
});

function unpacker(
  own: Pick<Unpacker, 'formats' | 'noPassword' | 'rank' | 'unpack'> & { readonly program: ProgramName },
): Unpacker {
  const { program, ...rest } = own;
  return {
    name: program,
    standsFor: ['archivetool'],
    version: async () => (await programVersion(program)) ?? 'unknown',
    license: programs[program].license,
    kind: 'native',
    needs: [{ type: 'program', name: program }],
    ...rest,
  };
}

interface Layer {
  readonly program: ProgramName;
  readonly args: (output: string) => readonly string[];
}

/** One packed file; when that is a tar, 7-Zip goes on. */
async function unpackLayer(unpacking: Unpacking, layer: Layer): Promise<Result<undefined, Failure>> {
  const { workDir, inputName, from } = unpacking;
  const output = path.join(workDir, 'layer.out');
  const ran = await run(unpacking, { program: layer.program, args: layer.args(output) });
  if (!ran.ok) return ran;
  if (from.startsWith('tar.') || from === 'tzo') {
    const inner = path.join(workDir, 'tar');
    await mkdir(inner);
    const unpacked = await sevenZipUnpacker.unpack({
      ...unpacking,
      inputPath: output,
      from: 'tar',
      workDir: inner,
    });
    if (unpacked.ok) await rename(path.join(inner, contentDir), path.join(workDir, contentDir));
    return unpacked;
  }
  await mkdir(path.join(workDir, contentDir));
  const unpacked = path.join(workDir, contentDir, stemOf(inputName));
  await rename(output, unpacked);
  // Where the archive keeps no time, it would be that of now.
  await utimes(unpacked, outputDateSeconds(), outputDateSeconds());
  return ok(undefined);
}

async function run(
  unpacking: Unpacking,
  { program, args }: { readonly program: ProgramName; readonly args: readonly string[] },
): Promise<Result<undefined, Failure>> {
  const { inputPath, inputName, workDir, signal } = unpacking;
  const { size } = await lstat(inputPath);
  const outputBytes = expansionBudget(size);
  const ran = await runProgram({
    program,
    args,
    workDir,
    reads: [inputPath],
    limits: { outputBytes },
    needsAccount: true,
    signal,
    about: inputName,
  });
  if (!ran.ok) return ran;
  const isEmpty = await readdir(path.join(workDir, contentDir)).then(
    (names) => names.length === 0,
    () => false,
  );
  return ran.value.exitCode === 0 && !isEmpty ? ok(undefined) : err(explained(ran.value, unpacking));
}

function explained({ stdout, stderr, exitCode }: ProcessEnd, unpacking: Unpacking): Failure {
  const { inputName, from } = unpacking;
  const said = `${stdout}\n${stderr}`;
  if (/password/i.test(said)) return locked(unpacking);
  const why = said
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '');
  return failure(
    'bad-input',
    `${JSON.stringify(inputName)} cannot be read as ${formatLabel(from)}: ${shortened(why ?? `exit code ${exitCode}`, unpacking)}`,
    { hint: 'Copy or download it again from its source.' },
  );
}

/** 7-Zip, which comes along, may open it. */
function locked({ inputName, from }: Unpacking): Failure {
  const other = sevenZipUnpacker.formats.includes(from);
  return failure('bad-input', `${JSON.stringify(inputName)} is protected by a password`, {
    code: 'PASSWORD_REQUIRED',
    hint: other
      ? 'Give it with the option `password`, and leave `engine` out.'
      : `${formatLabel(from)} archives are unpacked by unar, which takes a password only where every user of this machine can read it: unpack it by hand.`,
  });
}

const shortened = (text: string, { inputPath, inputName }: Unpacking): string =>
  text.replaceAll(inputPath, inputName).slice(0, 200);
