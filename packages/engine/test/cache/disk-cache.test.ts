import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Pipeline } from '@pipeline/schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lineOf } from '../../src/disk/keyed-log.ts';
import { recordLogNames } from '../../src/disk/record-logs.ts';
import { signatureText } from '../../src/disk/stat-signature.ts';
import { pipelineOf } from '../pipeline-of.ts';
import { Project } from './project.ts';

let project: Project;
beforeEach(() => {
  project = new Project();
  project.write('in/a.txt', 'alpha');
  project.write('in/b.txt', 'beta');
});
afterEach(() => project.close());

function pipeline(options: Record<string, string | number> = {}): Pipeline {
  return pipelineOf({
    files: { operation: 'import/local', options: { path: project.path('in') } },
    work: { inputs: ['files'], options: { prefix: '+', ...options } },
    all: { operation: 'merge', inputs: ['work'], groupBy: 'all', options: {} },
    out: { operation: 'export/local', inputs: ['work', 'all'], options: { path: project.path('out') } },
  });
}

const addresses = ({ done }: { readonly done: readonly { readonly address: string }[] }): readonly string[] =>
  done.map(({ address }) => address).sort();

describe('a second run', () => {
  it('does nothing when nothing has changed', async () => {
    expect(addresses(await project.run(pipeline()))).toEqual(['all', 'work[a.txt]', 'work[b.txt]']);
    const again = await project.run(pipeline());
    expect(again.done).toEqual([]);
    expect(again.counts).toMatchObject({ ran: 1, cached: 6, failed: 0 });
    expect(project.read('out')).toEqual({
      '+a.txt': '+alpha\n',
      '+b.txt': '+beta\n',
      'all.txt': '+alpha\n+beta\n\n',
    });
  });

  it('makes only what a changed file is in', async () => {
    await project.run(pipeline());
    project.write('in/b.txt', 'gamma');
    expect(addresses(await project.run(pipeline()))).toEqual(['all', 'work[b.txt]']);
    expect(project.read('out')['all.txt']).toBe('+alpha\n+gamma\n\n');
  });

  it('is not impressed by another time', async () => {
    await project.run(pipeline());
    project.touch('in/a.txt');
    expect((await project.run(pipeline())).done).toEqual([]);
  });

  it('stops where the bytes are the same again', async () => {
    await project.run(pipeline({ keep: 3 }));
    project.write('in/a.txt', 'alternative');
    expect(addresses(await project.run(pipeline({ keep: 3 })))).toEqual(['work[a.txt]']);
  });

  it('restores outputs that were deleted or edited', async () => {
    await project.run(pipeline());
    const before = project.read('out');
    project.remove('out/+a.txt');
    project.write('out/all.txt', 'edited');
    const again = await project.run(pipeline());
    expect(again.done).toEqual([]);
    expect(again.counts.ran).toBe(3);
    expect(project.read('out')).toEqual(before);
  });

  it('asks for what was read beside the inputs too', async () => {
    const options = { beside: project.path('note.txt') };
    await project.run(pipeline(options));
    expect((await project.run(pipeline(options))).done).toEqual([]);
    project.write('note.txt', '!');
    // It was written a moment before the action begins: that result is not kept.
    expect(addresses(await project.run(pipeline(options)))).toEqual(['all', 'work[a.txt]', 'work[b.txt]']);
    expect(project.read('out')['+a.txt']).toBe('+alpha!\n');
  });

  it('takes results of another option again when it comes back', async () => {
    await project.run(pipeline({ keep: 4 }));
    await project.run(pipeline({ keep: 5 }));
    expect((await project.run(pipeline({ keep: 4 }))).done).toEqual([]);
  });

  it('obeys --force, --cache r and cache: false', async () => {
    await project.run(pipeline());
    expect(addresses(await project.run(pipeline(), { isForced: ({ task }) => task === 'all' }))).toEqual([
      'all',
    ]);
    const files = project.cacheFiles('objects').length;
    expect(addresses(await project.run(pipeline({ keep: 2 }), { mode: 'read' }))).toHaveLength(3);
    expect(project.cacheFiles('objects')).toHaveLength(files);
    const never = pipelineOf({
      files: { operation: 'import/local', options: { path: project.path('in') } },
      work: { inputs: ['files'], cache: false, options: { prefix: '+' } },
    });
    expect((await project.run(never)).done).toHaveLength(2);
    expect((await project.run(never)).done).toHaveLength(2);
  });
});

describe('a damaged cache', () => {
  it.each([
    ['a flipped byte', (file: string): void => flip(file, 1)],
    [
      'a flipped byte and the old time',
      (file: string): void => {
        // To the nanosecond, which no function of Node can.
        execFileSync('cp', ['-p', file, `${file}.old`]);
        flip(file, 1);
        execFileSync('touch', ['-r', `${file}.old`, file]);
        rmSync(`${file}.old`);
      },
    ],
    ['a file cut short', (file: string): void => truncateSync(file, 2)],
    ['an empty file', (file: string): void => truncateSync(file, 0)],
    ['no file', (file: string): void => rmSync(file)],
  ])('gives no wrong result: %s', async (_, damage) => {
    await project.run(pipeline());
    const whole = project.read('out');
    project.remove('out');
    for (const file of project.cacheFiles('objects')) {
      chmodSync(file, 0o644);
      damage(file);
    }
    expect((await project.run(pipeline())).exitCode).toBe(0);
    expect(project.read('out')).toEqual(whole);
  });

  it('finds out while it is taken what no time tells of, and makes it anew the next time', async () => {
    await project.run(pipeline());
    const whole = project.read('out');
    project.remove('out');
    for (const file of project.cacheFiles('objects')) {
      chmodSync(file, 0o644);
      flip(file, 1);
      // As if the disk had forgotten a bit: the memory of the store knows the file as it is now.
      const { size, mtimeMs, ctimeMs, ino } = statSync(file);
      const times = signatureText({ size, mtimeMs, ctimeMs, ino });
      appendFileSync(project.path('.cache/v1/objects.log'), lineOf(path.basename(file), times));
    }
    const first = await project.run(pipeline());
    expect(first.exitCode).toBe(1);
    expect(project.read('out')).toEqual({});
    expect((await project.run(pipeline())).exitCode).toBe(0);
    expect(project.read('out')).toEqual(whole);
  });

  it('survives a flip of any byte in its records', async () => {
    await project.run(pipeline());
    const whole = project.read('out');
    const logs = recordLogNames
      .map((name) => project.path('.cache/v1', name))
      .filter((log) => existsSync(log));
    expect(logs.length).toBeGreaterThan(0);
    for (const log of logs) {
      const bytes = readFileSync(log);
      for (let at = 0; at < bytes.length; at += 97) {
        writeFileSync(log, bytes);
        flip(log, at);
        project.remove('out');
        expect((await project.run(pipeline())).exitCode).toBe(0);
        expect(project.read('out')).toEqual(whole);
      }
    }
  });

  it('reads on after garbage, and after a line that a crash has cut off', async () => {
    await project.run(pipeline());
    for (const name of [...recordLogNames, 'hashes.log', 'objects.log'])
      appendFileSync(project.path('.cache/v1', name), 'garbage\0\n12345678 half a li');
    project.write('in/c.txt', 'delta');
    expect(addresses(await project.run(pipeline()))).toEqual(['all', 'work[c.txt]']);
    expect((await project.run(pipeline())).done).toEqual([]);
  });

  it('leaves the folder of a newer version alone', async () => {
    project.write('.cache/v2/actions.log', 'of a later version');
    await project.run(pipeline());
    expect(readFileSync(project.path('.cache/v2/actions.log'), 'utf8')).toBe('of a later version');
    expect((await project.run(pipeline())).done).toEqual([]);
  });

  it('says once that it cannot be written, and the run goes on', async () => {
    project.write('blocked', 'a file where the folder should be');
    const facts = await project.run(pipeline(), { cacheDir: project.path('blocked') });
    expect(facts).toMatchObject({ exitCode: 0, counts: { failed: 0 } });
    expect(facts.problems).toHaveLength(1);
    expect(Object.keys(project.read('out'))).toHaveLength(3);
  });
});

describe('several at once', () => {
  it('two runs in one folder do each other no harm', async () => {
    for (let index = 0; index < 40; index += 1) project.write(`in/${index}.txt`, `file ${index}`);
    const runs = await Promise.all([project.run(pipeline()), project.run(pipeline())]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect((await project.run(pipeline())).done).toEqual([]);
  });

  it.skipIf(!existsSync('/dev/shm'))('a cache on another disk has copies instead of links', async () => {
    const cacheDir = mkdtempSync('/dev/shm/pipeline-cache-');
    try {
      await project.run(pipeline(), { cacheDir });
      expect((await project.run(pipeline(), { cacheDir })).done).toEqual([]);
      project.remove('in/b.txt');
      project.remove('out');
      expect(addresses(await project.run(pipeline(), { cacheDir }))).toEqual(['all']);
      expect(project.read('out')).toEqual({ '+a.txt': '+alpha\n', 'all.txt': '+alpha\n\n' });
      expect(project.cacheFiles()).toEqual([]);
    } finally {
      rmSync(cacheDir, { recursive: true });
    }
  });
});

describe('a file that changes while it is worked on', () => {
  it('its result is not kept', async () => {
    const changing = pipeline();
    const first = await project.run(changing, {
      isForced: ({ address }) => {
        // The hash has been taken, the work not yet begun.
        if (address === 'work[a.txt]') project.write('in/a.txt', 'ALPHA');
        return false;
      },
    });
    expect(first.exitCode).toBe(0);
    expect(addresses(await project.run(changing))).toContain('work[a.txt]');
    expect(project.read('out')['+a.txt']).toBe('+ALPHA\n');
    project.write('in/a.txt', 'alpha');
    await project.run(changing);
    expect(project.read('out')['+a.txt']).toBe('+alpha\n');
  });
});

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(file, bytes);
}
