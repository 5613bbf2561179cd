/**
 * Makes a subtitle file ready to be read by FFmpeg: known by its content, in UTF-8, under a name of ours. Anything else than
 * subtitles of text is refused: FFmpeg would follow a playlist that is called `.srt`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';

/** Hours of speech are a few hundred kilobytes. */
const maxBytes: number = 20 * 2 ** 20;

/** The name of the prepared file inside of `workDir`. */
export async function prepareSubtitles(file: string, workDir: string): Promise<Result<string, Failure>> {
  const bytes = await readFile(file);
  if (bytes.length > maxBytes) return err(failure('too-large', 'The subtitle file is larger than 20 MiB'));
  const text = decoded(bytes);
  const type = subtitleType(text);
  if (type === undefined) {
    return err(
      failure('bad-input', 'The file that `subtitles` names holds no subtitles', {
        hint: 'SubRip (.srt), WebVTT (.vtt) and SubStation Alpha (.ass, .ssa) are taken.',
      }),
    );
  }
  const name = `subtitles.${type}`;
  await writeFile(path.join(workDir, name), text);
  return ok(name);
}

function subtitleType(text: string): 'srt' | 'vtt' | 'ass' | undefined {
  if (text.startsWith('WEBVTT')) return 'vtt';
  if (/^\[Script Info\]/i.test(text.trimStart())) return 'ass';
  return /^\s*\d*\s*\r?\n?\s*\d{1,2}:\d{2}:\d{2}[,.]\d{1,3}\s*-->/.test(text) ? 'srt' : undefined;
}

/** UTF-8 or UTF-16 by their marks, UTF-8 where it is valid, else the Western code page of old files. */
function decoded(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
