/**
 * Subtitle files into each other by the installed FFmpeg: times and text, and as much of the styles as the target knows.
 * Whether a file holds subtitles at all, `prepare-subtitles.ts` says; FFmpeg is told the format and opens nothing else.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { prepareSubtitles } from './prepare-subtitles.ts';
import { nameOf } from '../../files/output-name.ts';
import { programVersion } from '../../programs/find-program.ts';
import { programs } from '../../programs/program-table.ts';
import { programFailed, runProgram } from '../../programs/run-program.ts';
import type { Conversion, Converter } from '../converter.ts';

const demuxers: Readonly<Record<string, string>> = { srt: 'srt', vtt: 'webvtt', ass: 'ass', ssa: 'ass' };

interface Writer {
  readonly codec: string;
  readonly muxer: string;
}

const writers: Readonly<Record<string, Writer>> = {
  srt: { codec: 'srt', muxer: 'srt' },
  vtt: { codec: 'webvtt', muxer: 'webvtt' },
  ass: { codec: 'ass', muxer: 'ass' },
  ssa: { codec: 'ass', muxer: 'ass' },
  ttml: { codec: 'ttml', muxer: 'ttml' },
  // What is said, without times: by way of SubRip.
  txt: { codec: 'srt', muxer: 'srt' },
};

/** TTML places its lines on a picture, whose size SubStation Alpha seldom tells. */
const targets = (from: string): readonly string[] =>
  Object.keys(writers).filter((to) => to !== from && !(to === 'ttml' && demuxers[from] === 'ass'));

export const subtitles: Converter = {
  name: 'ffmpeg-subtitles',
  standsFor: ['ffmpeg'],
  version: async () => (await programVersion('ffmpeg')) ?? 'unknown',
  license: programs.ffmpeg.license,
  kind: 'native',
  needs: [{ type: 'program', name: 'ffmpeg' }],
  pairs: Object.fromEntries(Object.keys(demuxers).map((from) => [from, targets(from)])),
  options: () => [],
  rank: () => 80,
  note: (_from, to) => (to === 'txt' ? 'what is said, without times and styles' : undefined),
  convert,
};

/** Pure. Names are relative to the working folder, and ours. */
export function subtitleArgs(input: string, { codec, muxer }: Writer, output: string): readonly string[] {
  const format = demuxers[input.slice(input.lastIndexOf('.') + 1)] ?? 'srt';
  const quiet = '-nostdin -hide_banner -v error -y -protocol_whitelist file,pipe'.split(' ');
  const exact = '-fflags +bitexact -flags +bitexact'.split(' ');
  const source = ['-f', format, '-i', `file:${input}`, '-map', '0:s:0'];
  return [...quiet, ...source, '-c:s', codec, ...exact, '-f', muxer, `file:${output}`];
}

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, to, workDir, signal } = conversion;
  const writer = writers[to];
  if (writer === undefined) throw new Error(`no subtitles are written as ${to}`);
  const source = await prepareSubtitles(inputPath, workDir);
  if (!source.ok) return err(ofFile(source.error, inputName));
  await mkdir(path.join(workDir, 'out'));
  const output = path.join('out', `output.${to}`);
  const args = subtitleArgs(source.value, writer, output);
  const call = { program: 'ffmpeg', args, workDir, reads: [], signal, about: inputName } as const;
  const ran = await runProgram(call);
  if (!ran.ok) return ran;
  if (ran.value.exitCode !== 0) {
    return err(programFailed(call, ran.value, `it ended with code ${ran.value.exitCode}`));
  }
  const outputPath = path.join(workDir, output);
  const text = (await readFile(outputPath, 'utf8')).replaceAll('\r\n', '\n');
  // FFmpeg ends lines in both ways, in one file.
  await writeFile(outputPath, to === 'txt' ? spokenText(text) : text);
  const name = nameOf(conversion.outputName, { number: 1, count: 1 });
  return ok([{ dir: conversion.dir, name, path: outputPath }]);
}

const ofFile = ({ type, message }: Failure, name: string): Failure =>
  failure(
    type,
    message
      .replace('The file that `subtitles` names', JSON.stringify(name))
      .replace('The subtitle file', JSON.stringify(name)),
    type === 'too-large'
      ? {}
      : { hint: 'SubRip (.srt), WebVTT (.vtt) and SubStation Alpha (.ass, .ssa) are taken.' },
  );

/** SubRip as FFmpeg writes it: number, times, lines with tags; a blank line ends each. Pure. */
export function spokenText(subRip: string): string {
  const cues = subRip
    .split(/\n\n+(?=\d+\n\d\d:\d\d:\d\d,\d{3} --> )/)
    .map((cue) => cue.replace(/^\d+\n[^\n]*\n/, ''));
  const lines = cues.map((cue) => cue.replaceAll(/<\/?[a-z][^<>]{0,200}>|\{\\[^{}]{0,200}\}/gi, '').trim());
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}
