import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileNameOf, isId, taskFile, taskFolder } from '../../src/files.ts';
import { loadServerSecret, secretFor } from '../../src/server-secret.ts';
import { temporaryFolder } from './temporary-folder.ts';

const id = '8e76453a-ca6f-4f72-8deb-a2490ae1d564';

describe('places of files', () => {
  it.each([
    ['a.pdf', '/d/files/8e76453a-ca6f-4f72-8deb-a2490ae1d564/a.pdf'],
    ['x/y/a.pdf', '/d/files/8e76453a-ca6f-4f72-8deb-a2490ae1d564/x/y/a.pdf'],
    ['../../../etc/passwd', '/d/files/8e76453a-ca6f-4f72-8deb-a2490ae1d564/etc/passwd'],
    ['..', '/d/files/8e76453a-ca6f-4f72-8deb-a2490ae1d564/file'],
    ['a/../..', '/d/files/8e76453a-ca6f-4f72-8deb-a2490ae1d564/a/file'],
  ])('%s is below the folder of its task', (place, path) => {
    expect(taskFile('/d', id, place)).toBe(path);
  });

  it.each(['', '..', '../x', `${id}/..`, id.toUpperCase(), `${id}\n`])(
    'no path is made of the id %j',
    (text) => {
      expect(isId(text)).toBe(false);
      expect(() => taskFolder('/d', text)).toThrow('Not the id of a task');
    },
  );
});

it.each([
  ['input.pdf', 'input.pdf'],
  ['in put;ü "x" 日本.png', 'in put;ü "x" 日本.png'],
  ['C:\\Users\\me\\a.doc', 'a.doc'],
  ['../../etc/passwd', 'passwd'],
  ['..', 'file'],
  ['a/..', 'file'],
  ['', 'file'],
  [' \t\r\n', 'file'],
  ['a\0b\r\nc.txt', 'abc.txt'],
  ['exe.\u202Etxt', 'exe.txt'],
  ['-rf', '-rf'],
])('the name of the file of %j is %j', (text, name) => {
  expect(fileNameOf(text)).toBe(name);
});

it('a name that no file system takes is cut, and keeps its extension', () => {
  const name = fileNameOf(`${'ü'.repeat(300)}.pdf`);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
  expect(name).toMatch(/^ü{100,}\.pdf$/);
});

describe('the secret of the server', () => {
  it('is made once, whoever asks first, and is for its owner only', async () => {
    const dataDir = join(temporaryFolder(), 'new');
    const secrets = await Promise.all([1, 2, 3, 4].map(() => loadServerSecret(dataDir)));
    const hex = new Set(secrets.map((secret) => secret.toString('hex')));
    expect(hex.size).toBe(1);
    expect([...hex][0]).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(join(dataDir, 'secret'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(dataDir, 'secret'))).toEqual(await loadServerSecret(dataDir));
  });

  it('is another one on another server, and for another use', async () => {
    const [one, two] = [await loadServerSecret(temporaryFolder()), await loadServerSecret(temporaryFolder())];
    expect(one.equals(two)).toBe(false);
    expect(secretFor('upload', one).equals(secretFor('download', one))).toBe(false);
  });

  it('is not replaced when it is damaged: every form and URL would be void without a word', async () => {
    const dataDir = temporaryFolder();
    await writeFile(join(dataDir, 'secret'), 'short');
    await expect(loadServerSecret(dataDir)).rejects.toThrow(/secret is damaged: 5 bytes/);
  });
});
