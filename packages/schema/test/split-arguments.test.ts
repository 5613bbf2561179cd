import { expect, test } from 'vitest';
import { loadPipeline } from '../src/load-pipeline.ts';
import { splitArguments } from '../src/split-arguments.ts';

test.each([
  ['', []],
  ['  -i  a.mp4\n b ', ['-i', 'a.mp4', 'b']],
  [`'it is' "a \\"b\\" \\\\ \\n" c\\ d`, ['it is', 'a "b" \\ \\n', 'c d']],
  [`pre'fix 'ed"" '' x`, ['prefix ed', '', 'x']],
  ['a \\\n b', ['a', 'b']],
  ['$HOME *.png ~ a;b a|b >c `d`', ['$HOME', '*.png', '~', 'a;b', 'a|b', '>c', '`d`']],
  [
    `-o \${{ join(params.a, " ' ") }}.mp3 "\${{ file.name }} x"`,
    ['-o', `\${{ join(params.a, " ' ") }}.mp3`, '${{ file.name }} x'],
  ],
])('%j', (text, wanted) => {
  expect(splitArguments(text)).toEqual({ ok: true, value: wanted });
});

test.each([
  [`a 'b`, "has a quote that is not closed: '"],
  ['a "b\\"', 'has a quote that is not closed: "'],
  ['a \\', 'ends with a backslash'],
  ['a ${{ b', 'has an expression that is not closed'],
])('%j is not closed', (text, error) => {
  expect(splitArguments(text)).toEqual({ ok: false, error });
});

test('a program of another suite, and a quote that is not closed, are told with their place', () => {
  const task = '{ operation: command, input: a, engine: ffmpeg, command: identify, arguments: "-i \'x" }';
  const text = `tasks:\n  a: { operation: import/local, path: x.mp4 }\n  b: ${task}\n`;
  const loaded = loadPipeline({ path: 'p.yaml', text });
  expect(loaded.ok ? [] : loaded.error.map(({ code, message, hint }) => [code, message, hint])).toEqual([
    ['PL103', '"identify" is not a program of the engine "ffmpeg"', 'its programs are: ffmpeg, ffprobe'],
    ['PL107', `"arguments" has a quote that is not closed: '`, 'close it, or write the arguments as a list'],
  ]);
});
