/** Subtitles into each other by the FFmpeg of this machine: times and words come over, and nothing else is opened. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { describe, expect, test } from 'vitest';
import { spokenText, subtitleArgs, subtitles } from '../../src/converters/media/subtitles.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { newFolder } from '../places/action.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];

const subRip = `1
00:00:01,000 --> 00:00:02,500
<i>Grüße</i> from the harbour
and its 3 boats

2
01:00:00,040 --> 01:00:01,000
{\\an8}1999
`;

async function converted(text: string | Buffer, from: string, to: string): Promise<Result<string, Failure>> {
  const inputPath = path.join(newFolder(), `talk.${from}`);
  writeFileSync(inputPath, text);
  const made = await subtitles.convert({
    inputPath,
    inputName: `talk.${from}`,
    from,
    to,
    dir: '',
    outputName: `talk.${to}`,
    options: {},
    workDir: newFolder(),
    allowedDirs: [],
    dateMs: 0,
    signal: AbortSignal.timeout(60_000),
    progress: () => undefined,
  });
  return made.ok ? { ok: true, value: readFileSync(made.value[0]?.path ?? '', 'utf8') } : made;
}

test('arguments: the format is told, and no protocol but files is open', () => {
  const args = subtitleArgs('subtitles.vtt', { codec: 'srt', muxer: 'srt' }, 'out/output.srt').join(' ');
  expect(args).toContain('-protocol_whitelist file,pipe -f webvtt -i file:subtitles.vtt -map 0:s:0 -c:s srt');
  expect(args).toMatch(/-f srt file:out\/output\.srt$/);
});

test('what is said, without numbers, times and styles', () => {
  expect(spokenText(subRip)).toBe('Grüße from the harbour\nand its 3 boats\n1999\n');
});

describe.skipIf(findProgram('ffmpeg') === undefined)('by FFmpeg', () => {
  test('SubRip to WebVTT and back', async () => {
    const vtt = await converted(subRip, 'srt', 'vtt');
    expect(vtt).toMatchObject({ ok: true });
    const text = vtt.ok ? vtt.value : '';
    expect(text).toMatch(/^WEBVTT\n/);
    expect(text).toContain('00:01.000 --> 00:02.500\n<i>Grüße</i> from the harbour\nand its 3 boats\n');
    expect(text).toContain('01:00:00.040 --> 01:00:01.000\n1999');
    const back = await converted(text, 'vtt', 'srt');
    expect(back.ok && back.value).toContain('00:00:01,000 --> 00:00:02,500\n<i>Grüße</i> from the harbour\n');
  });

  test('SubStation Alpha and TTML', async () => {
    const ass = await converted(subRip, 'srt', 'ass');
    expect(ass.ok && ass.value).toMatch(
      /Dialogue: 0,0:00:01\.00,0:00:02\.50,Default,.*\{\\i1\}Grüße\{\\i0\} from/,
    );
    const txt = await converted(ass.ok ? ass.value : '', 'ass', 'txt');
    expect(txt.ok && txt.value).toBe('Grüße from the harbour\nand its 3 boats\n1999\n');
    const ttml = await converted(subRip, 'srt', 'ttml');
    expect(ttml.ok && ttml.value).toMatch(/begin="00:00:01\.000"\s+end="00:00:02\.500"/);
  });

  test('old letters are read, and what is no subtitles is refused', async () => {
    const old = await converted(Buffer.from(subRip, 'latin1'), 'srt', 'txt');
    expect(old.ok && old.value).toMatch(/^Grüße from/);
    expect(await converted('#EXTM3U\nhttp://evil.example/a.ts\n', 'srt', 'vtt')).toMatchObject({
      ok: false,
      error: { type: 'bad-input', message: '"talk.srt" holds no subtitles' },
    });
  });
});
