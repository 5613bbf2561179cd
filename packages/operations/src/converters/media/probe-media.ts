/** Asks ffprobe what a file holds, and refuses what is no video or sound, points elsewhere, or is locked. */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { readStart } from '../../files/magic.ts';
import { programFailed, runProgram } from '../../programs/run-program.ts';
import type { ProgramCall } from '../../programs/run-program.ts';
import { safeInput } from './ffmpeg-args.ts';
import { explainFfmpeg, playlistFailure, protectedFile } from './media-failures.ts';
import type { MediaInfo } from './media-info.ts';
import { readMediaInfo } from './media-info.ts';

export interface ProbeRequest {
  /** The user's file. */
  readonly source: string;
  readonly inputName: string;
  /** As FFmpeg will see it, relative to `workDir`. */
  readonly inputPath: string;
  readonly workDir: string;
  readonly signal: AbortSignal;
}

export async function probeMedia(request: ProbeRequest): Promise<Result<MediaInfo, Failure>> {
  const { source, inputName, inputPath, workDir, signal } = request;
  const { head } = await readStart(source);
  const playlist = playlistFailure(head, inputName);
  if (playlist !== undefined) return err(playlist);
  const call: ProgramCall = {
    program: 'ffprobe',
    args: probeArgs(inputPath),
    workDir,
    reads: [source],
    limits: { timeoutMs: 120_000, memoryBytes: 2 * 2 ** 30 },
    keepStdoutBytes: 2 ** 20,
    signal,
    about: inputName,
  };
  const ran = await runProgram(call);
  if (!ran.ok) return ran;
  if (ran.value.exitCode !== 0) {
    return err(
      explainFfmpeg(ran.value.stderr, inputName) ?? programFailed(call, ran.value, 'it cannot read the file'),
    );
  }
  const info = readMediaInfo(parsed(ran.value.stdout));
  if (info === undefined) return err(programFailed(call, ran.value, 'it says nothing about the file'));
  if (info.isProtected) return err(protectedFile(inputName));
  if (info.video === undefined && info.audio === undefined) {
    return err(
      failure('bad-input', `${JSON.stringify(inputName)} holds neither video nor sound`, {
        hint: 'Play it to see what it is, or set `input_format`.',
      }),
    );
  }
  return ok(info);
}

/** Pure. */
function probeArgs(inputPath: string): readonly string[] {
  return [
    '-v',
    'error',
    ...safeInput,
    // Streams of broadcasts and discs may begin late.
    '-probesize',
    '20M',
    '-analyzeduration',
    '20M',
    '-show_format',
    '-show_streams',
    '-print_format',
    'json',
    `file:${inputPath}`,
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
