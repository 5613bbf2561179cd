/** The table of programs against the machine: what is installed tells its version, and in CI everything is installed. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findProgram, installCommand, programVersion } from '../../src/programs/find-program.ts';
import { programs } from '../../src/programs/program-table.ts';
import type { ProgramName } from '../../src/programs/program-table.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];
const names = Object.keys(programs).filter((name): name is ProgramName => name in programs);

test.skipIf(process.env['PIPELINE_TEST_PROGRAMS'] !== 'all')('no test of a program is skipped here', () => {
  expect(names.filter((name) => findProgram(name) === undefined)).toEqual([]);
});

test('every installed program tells its version, which is asked once and kept', async () => {
  const cache = mkdtempSync(path.join(tmpdir(), 'pipeline-versions-'));
  process.env['XDG_CACHE_HOME'] = cache;
  const installed = names.filter((name) => findProgram(name) !== undefined);
  const versions = await Promise.all(
    installed.map(async (name) => [name, await programVersion(name)] as const),
  );
  expect(versions.filter(([, version]) => version === undefined)).toEqual([]);
  const kept =
    installed.length === 0 ? '' : readFileSync(path.join(cache, 'pipeline/program-versions.json'), 'utf8');
  for (const [, version] of versions) expect(kept).toContain(`"${version}"`);
  rmSync(cache, { recursive: true });
});

test('Debian packages of the table are those that CI installs', () => {
  const root = path.resolve(import.meta.dirname, '../../../..');
  const listed = new Set(readFileSync(path.join(root, 'scripts/debian-programs.txt'), 'utf8').split('\n'));
  const named = names.flatMap((name) => programs[name].packages.apt?.split(' ') ?? []);
  expect(named.filter((name) => !listed.has(name))).toEqual([]);
});

test('one command installs several programs, each package once', () => {
  expect(installCommand(['ffmpeg', 'ffprobe', 'qpdf'])).toMatch(/ffmpeg.* qpdf|qpdf.*ffmpeg/i);
  expect(installCommand(['ffmpeg', 'ffprobe'])?.match(/ffmpeg/gi)).toHaveLength(1);
});
