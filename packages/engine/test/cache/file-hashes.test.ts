import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileHashes, openFileHashes } from '../../src/disk/file-hashes.ts';
import { KeyedLog, lineOf } from '../../src/disk/keyed-log.ts';
import { Project } from './project.ts';

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

/** Small files are read rather than looked up, while few are asked for. */
const one = 'one'.repeat(50_000);
const two = 'two'.repeat(50_000);

let project: Project;
let file: string;
let memory: string;
beforeEach(() => {
  project = new Project();
  project.write('a.txt', one);
  file = project.path('a.txt');
  memory = project.path('hashes.log');
});
afterEach(() => project.close());

/** A minute later, all that was written is settled. */
const open = (now: () => number = () => Date.now() + 60_000): FileHashes =>
  openFileHashes({
    path: memory,
    now,
    onProblem: (error) => {
      throw error;
    },
  });

async function hashOnce(now?: () => number): Promise<string> {
  const hashes = open(now);
  const hash = await hashes.hash(file);
  hashes.close();
  return hash;
}

/** What the memory says of the file, put in by hand: it is given back only if nothing is read. */
function plant(hash: string): void {
  const line = readFileSync(memory, 'utf8').trim().split('\n').at(-1) ?? '';
  const [key = '', value = ''] = line.slice(9).split('\t');
  appendFileSync(memory, lineOf(key, value.replace(/^\w+/, hash)));
}

describe('the memory of hashes', () => {
  const planted = sha256('planted');

  it('does not read a file again that has not changed', async () => {
    expect(await hashOnce()).toBe(sha256(one));
    plant(planted);
    expect(await hashOnce()).toBe(planted);
  });

  it('reads a few small files rather than look for them, and of many none', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `${index}.txt`);
    for (const name of names) project.write(name, name);
    const writer = open();
    for (const name of names) await writer.hash(project.path(name));
    writer.close();
    for (const line of readFileSync(memory, 'utf8').trim().split('\n')) {
      const [key = '', value = ''] = line.slice(9).split('\t');
      appendFileSync(memory, lineOf(key, value.replace(/^\w+/, planted)));
    }
    const reader = open();
    const hashes: string[] = [];
    for (const name of names) hashes.push(await reader.hash(project.path(name)));
    reader.close();
    const read = names.filter((name, index) => hashes[index] === sha256(name));
    expect(read).toEqual(names.slice(0, 4));
    expect(hashes.slice(4).every((hash) => hash === planted)).toBe(true);
  });

  it.each([
    ['its content', () => writeFileSync(file, two)],
    [
      'its content, with the size and time of before',
      () => {
        writeFileSync(file, two);
        utimesSync(file, 1, 1);
      },
    ],
    [
      'its inode',
      () => {
        project.remove('a.txt');
        project.write('a.txt', one);
      },
    ],
  ])('reads it again when this has changed: %s', async (_, change) => {
    utimesSync(file, 1, 1);
    await hashOnce();
    plant(planted);
    change();
    expect(await hashOnce()).toBe(sha256(readFileSync(file, 'utf8')));
  });

  it('remembers nothing of a file that was written in the tick of the clock in which it was read', async () => {
    const atOnce = (): number => Date.now() - 5;
    expect(await hashOnce(atOnce)).toBe(sha256(one));
    expect(() => readFileSync(memory)).toThrow('ENOENT');
  });

  it('remembers nothing while the clock is set back', async () => {
    await hashOnce(() => Date.now() - 3_600_000);
    expect(() => readFileSync(memory)).toThrow('ENOENT');
  });

  it('gives a hash of what is there when a file does not keep still', async () => {
    let count = 0;
    const restless = (): number => {
      count += 1;
      writeFileSync(file, `version ${count}`);
      return Date.now() + 60_000;
    };
    // It is written before each look, not during one: the last look stands.
    expect(await hashOnce(restless)).toBe(sha256(readFileSync(file, 'utf8')));
  });

  it('throws what the file system says of a file that is not there', async () => {
    project.remove('a.txt');
    await expect(hashOnce()).rejects.toThrow('ENOENT');
  });
});

describe('a log of keys', () => {
  const log = (): KeyedLog => new KeyedLog({ path: memory, onProblem: () => {} });

  it('finds a few keys and many keys alike, the last line of each', () => {
    const writer = log();
    for (let index = 0; index < 100; index += 1) writer.add(`key ${index % 50}`, `value ${index}`);
    writer.close();
    const reader = log();
    for (let index = 0; index < 50; index += 1)
      expect(reader.get(`key ${index}`)).toBe(`value ${index + 50}`);
    expect(reader.get('key 50')).toBeUndefined();
    expect(log().get('ey 1')).toBeUndefined();
  });

  it('takes a damaged line for none, and the line of another process after it for whole', () => {
    const writer = log();
    writer.add('a', '1');
    writer.add('b', '2');
    writer.close();
    const text = readFileSync(memory, 'utf8');
    writeFileSync(memory, text.replace('b\t2', 'b\t3').trimEnd());
    const other = log();
    other.add('c', '4');
    other.close();
    const reader = log();
    expect([reader.get('a'), reader.get('b'), reader.get('c')]).toEqual(['1', undefined, '4']);
  });

  it('goes on in the new file when somebody has put a shorter one in its place', () => {
    const writer = log();
    writer.add('a', '1');
    writer.flush();
    project.remove('hashes.log');
    writer.add('b', '2');
    writer.close();
    expect(log().get('b')).toBe('2');
  });
});
