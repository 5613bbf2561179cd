/**
 * What opens archives: 7-Zip, which comes along, and installed programs for what it does not know. Each leaves the files
 * of an archive in a folder; `archive/extract` hands them on, and a converter packs them again.
 */
import { stat } from 'node:fs/promises';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { nameOf } from '../../files/output-name.ts';
import { textOption } from '../../read-options.ts';
import type { Conversion, Converter } from '../converter.ts';
import { archiveTime } from './archive-limits.ts';
import { archivePairs } from './seven-zip-formats.ts';

export interface Unpacking {
  readonly inputPath: string;
  readonly inputName: string;
  /** Canonical. */
  readonly from: string;
  readonly password: string | undefined;
  /** New and empty; the files go to `content` in it. */
  readonly workDir: string;
  readonly signal: AbortSignal;
  readonly progress: (percent: number | null) => void;
}

/** `none`: the format knows no passwords. `seen`: the program takes one only where every user of the machine can read it. */
export type NoPassword = 'none' | 'seen';

export interface Unpacker extends Pick<
  Converter,
  'name' | 'standsFor' | 'version' | 'license' | 'kind' | 'needs'
> {
  readonly formats: readonly string[];
  /** Why it takes no password; undefined: it takes one. */
  readonly noPassword: NoPassword | undefined;
  /** As of converters. */
  readonly rank: number;
  /** Nothing that leads out of the folder is left in it. */
  readonly unpack: (unpacking: Unpacking) => Promise<Result<undefined, Failure>>;
}

/** Archives into archives: unpacked by this, packed by 7-Zip. */
export function repacking(unpacker: Unpacker): Converter {
  const { name, standsFor, version, license, kind, needs, formats, noPassword, rank } = unpacker;
  return {
    name,
    standsFor,
    version,
    license,
    kind,
    needs,
    pairs: archivePairs(formats),
    options: () => (noPassword === undefined ? ['password'] : []),
    rank: () => rank,
    note: (_from, to) =>
      to === 'rar' ? 'the files are stored, not packed: only RAR itself packs RAR' : undefined,
    convert: async (conversion) => {
      const unpacked = await unpacker.unpack(unpackingOf(conversion));
      return unpacked.ok ? await packFiles(conversion) : unpacked;
    },
  };
}

function unpackingOf(conversion: Conversion): Unpacking {
  const { inputPath, inputName, from, workDir, signal, options } = conversion;
  return {
    inputPath,
    inputName,
    from,
    password: textOption(options, 'password'),
    workDir,
    signal,
    progress: (percent) => conversion.progress(percent === null ? null : percent * 0.6),
  };
}

async function packFiles(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, from, to, dir, workDir } = conversion;
  const outputPath = `${workDir}/archive`;
  const password = textOption(conversion.options, 'password');
  const answer = await runInHost({
    host: 'seven-zip',
    timeBound: archiveTime((await stat(inputPath)).size),
    job: {
      half: 'pack',
      inputPath,
      inputName,
      from,
      to,
      outputPath,
      workDir,
      ...(password === undefined ? {} : { password }),
    },
    signal: conversion.signal,
    progress: conversion.progress,
    about: inputName,
  });
  if (!answer.ok) return err(answer.error);
  return ok([{ dir, name: nameOf(conversion.outputName, { number: 1, count: 1 }), path: outputPath }]);
}
