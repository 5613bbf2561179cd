/** RAR archives are opened by two readers that know nothing of how they were written. */
delete process.env['PIPELINE_PROGRAMS_PATH'];
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeRar } from '../../src/converters/archives/rar-writer.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { callSevenZip } from '../../src/converters/archives/seven-zip-library.ts';

let dir = '';
const large = Buffer.alloc(300_000, 'a line of text\n');

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'pipeline-rar-'));
  mkdirSync(path.join(dir, 'in/sub/empty'), { recursive: true });
  writeFileSync(path.join(dir, 'in/a.txt'), 'hello\n');
  utimesSync(path.join(dir, 'in/a.txt'), 1_700_000_000, 1_700_000_000);
  writeFileSync(path.join(dir, 'in/empty.bin'), '');
  writeFileSync(path.join(dir, 'in/sub/Grüße 文.txt'), large);
  symlinkSync('a.txt', path.join(dir, 'in/link'));
  await writeRar(path.join(dir, 'in'), path.join(dir, 'made.rar'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test.skipIf(findProgram('unar') === undefined)('unar reads every file, with its name and its time', () => {
  const target = path.join(dir, 'by-unar');
  execFileSync(findProgram('unar') ?? '', ['-q', '-D', '-o', target, path.join(dir, 'made.rar')], {
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  expect(readFileSync(path.join(target, 'a.txt'), 'utf8')).toBe('hello\n');
  expect(Math.floor(statSync(path.join(target, 'a.txt')).mtimeMs / 1000)).toBe(1_700_000_000);
  expect(readFileSync(path.join(target, 'sub/Grüße 文.txt')).equals(large)).toBe(true);
  expect(readFileSync(path.join(target, 'empty.bin')).length).toBe(0);
});

test('7-Zip unpacks them, the links too, and finds every sum right', async () => {
  const answer = await callSevenZip({
    dir,
    args: ['x', '-y', '-snl', '-oout', '--', 'made.rar'],
    maxWrittenBytes: 1e7,
  });
  expect(answer.code).toBe(0);
  expect(readFileSync(path.join(dir, 'out/a.txt'), 'utf8')).toBe('hello\n');
  expect(readFileSync(path.join(dir, 'out/sub/Grüße 文.txt')).equals(large)).toBe(true);
  expect(readdirSync(path.join(dir, 'out/sub')).sort()).toEqual(['Grüße 文.txt', 'empty'].sort());
  expect(readlinkSync(path.join(dir, 'out/link'))).toBe('a.txt');
});
