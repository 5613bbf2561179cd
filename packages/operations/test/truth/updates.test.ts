/** A program that is updated while Pipeline runs. */
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { madeBy } from '../../src/basis/made-by.ts';
import { converters } from '../../src/converter-table.ts';
import { newFolder } from '../places/action.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

test('one object for all plans, until the program has been updated: a run that goes on for weeks sees it', async () => {
  const folder = newFolder();
  const program = path.join(folder, 'rsvg-convert');
  const install = (version: string): void => {
    writeFileSync(program, `#!/bin/sh\necho "rsvg-convert version ${version}"\n`);
    chmodSync(program, 0o755);
  };
  install('2.1');
  vi.stubEnv('PIPELINE_PROGRAMS_PATH', folder);
  vi.stubEnv('XDG_CACHE_HOME', newFolder());
  const rsvg = converters.find(({ name }) => name === 'rsvg');
  if (rsvg === undefined) throw new Error('rsvg');
  vi.useFakeTimers({ toFake: ['performance'] });
  const first = await madeBy(rsvg);
  expect(first.converter).toEqual({ name: 'rsvg', version: '2.1' });
  expect((await madeBy(rsvg)).basis).toBe(first.basis);
  install('2.22');
  expect((await madeBy(rsvg)).basis).toBe(first.basis);
  vi.advanceTimersByTime(3000);
  const second = await madeBy(rsvg);
  expect(second.converter.version).toBe('2.22');
  expect(second.basis['file of rsvg']).not.toBe(first.basis['file of rsvg']);
});
