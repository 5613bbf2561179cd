/** `pipeline watch` as a process, on real folders. Every test waits for something that happens, never for time to pass. */
import { once } from 'node:events';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  downloadPipeline,
  hangs,
  leftBehind,
  type Running,
  signalGroup,
  start,
  withServer,
  writeFileIn,
} from '../running-command.ts';
import { createWorkFolder, removeWorkFolder } from '../script.ts';

const copy = (more = ''): string => `name: copy
watch: { settle: 30ms, debounce: 10ms${more} }
tasks:
  docs: { operation: import/local, path: "docs/**/*.md" }
  out: { operation: export/local, input: docs, path: out }
`;

let folder = '';
let running: Running | undefined;
beforeEach(() => {
  folder = createWorkFolder();
});
afterEach(async () => {
  if (running !== undefined && running.child.exitCode === null) signalGroup(running, 'SIGKILL');
  await running?.ended;
  running = undefined;
  removeWorkFolder(folder);
});

/** Started, and waiting for changes. */
async function watch(args: readonly string[] = ['watch']): Promise<Running> {
  running = start(args, { cwd: folder });
  await says(/watching: [\d,]+ files?;/);
  return running;
}

async function says(text: RegExp, times = 1): Promise<void> {
  await vi.waitFor(
    () =>
      expect(running?.output.stderr.match(new RegExp(text, 'g')) ?? [], running?.output.stderr).toHaveLength(
        times,
      ),
    { timeout: 20_000, interval: 10 },
  );
}

const read = (name: string): string | undefined => {
  const file = path.join(folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

const holds = (name: string, text: string | undefined): Promise<void> =>
  vi.waitFor(() => expect(read(name), running?.output.stderr).toBe(text), { timeout: 20_000, interval: 10 });

describe('keeps up', () => {
  test('with files that change, come in new folders, are renamed into place and with renamed folders', async () => {
    writeFileIn(folder, 'docs/a.md', 'one');
    writeFileIn(folder, 'pipeline.yaml', copy());
    const { output } = await watch();
    expect(read('out/a.md')).toBe('one');

    writeFileIn(folder, 'docs/a.md', 'two');
    await holds('out/a.md', 'two');
    expect(output.stderr).toContain('watching: 1 file changed: ~ a.md');

    writeFileIn(folder, 'docs/deep/er/b.md', 'b');
    await holds('out/deep/er/b.md', 'b');

    writeFileIn(folder, 'docs/.a.md.new', 'three');
    renameSync(path.join(folder, 'docs/.a.md.new'), path.join(folder, 'docs/a.md'));
    await holds('out/a.md', 'three');

    renameSync(path.join(folder, 'docs/deep'), path.join(folder, 'docs/moved'));
    await holds('out/moved/er/b.md', 'b');
    writeFileIn(folder, 'docs/moved/er/c.md', 'c');
    await holds('out/moved/er/c.md', 'c');

    rmSync(path.join(folder, 'docs'), { recursive: true });
    await says(/- a\.md/);
    mkdirSync(path.join(folder, 'docs'));
    writeFileIn(folder, 'docs/a.md', 'four');
    await holds('out/a.md', 'four');
  });

  test('with the pipeline file; a mistake in it is shown, and the last good one stays', async () => {
    writeFileIn(folder, 'docs/a.md', 'one');
    writeFileIn(folder, 'pipeline.yaml', copy());
    const { output } = await watch(['run', '--watch']);
    writeFileIn(folder, 'pipeline.yaml', copy().replace('export/local', 'export/locla'));
    await says(/1 error in pipeline\.yaml; the last good pipeline stays/);
    expect(output.stderr).toContain('did you mean "export/local"?');
    writeFileIn(folder, 'docs/a.md', 'two');
    await holds('out/a.md', 'two');
    writeFileIn(folder, 'pipeline.yaml', copy().replace('path: out', 'path: elsewhere'));
    await holds('elsewhere/a.md', 'two');
    writeFileIn(
      folder,
      'pipeline.yaml',
      copy().replace('path: out', 'path: elsewhere').replace('docs/**', 'notes/**'),
    );
    await says(/1 file changed: ~ pipeline\.yaml/, 3);
    writeFileIn(folder, 'notes/n.md', 'note');
    await holds('elsewhere/n.md', 'note');
  });

  test('with a folder that is empty at first', async () => {
    mkdirSync(path.join(folder, 'inbox'));
    writeFileIn(folder, 'pipeline.yaml', copy().replace('docs/**/*.md', 'inbox/*.md'));
    await watch();
    writeFileIn(folder, 'inbox/a.md', 'one');
    await holds('out/a.md', 'one');
  });

  test('initial: false runs nothing before something changes', async () => {
    writeFileIn(folder, 'docs/a.md', 'one');
    writeFileIn(folder, 'pipeline.yaml', copy(', initial: false'));
    await watch();
    expect(existsSync(path.join(folder, 'out'))).toBe(false);
    writeFileIn(folder, 'docs/b.md', 'b');
    await holds('out/b.md', 'b');
    await holds('out/a.md', 'one');
  });

  test('names of unfinished files are neither changes nor taken', async () => {
    writeFileIn(folder, 'docs/a.md', 'one');
    writeFileIn(folder, 'pipeline.yaml', copy().replace('docs/**/*.md', 'docs/**'));
    await watch();
    writeFileIn(folder, 'docs/film.mp4.part', 'half');
    writeFileIn(folder, 'docs/a.md~', 'backup');
    writeFileIn(folder, 'docs/a.md', 'two');
    await holds('out/a.md', 'two');
    renameSync(path.join(folder, 'docs/film.mp4.part'), path.join(folder, 'docs/film.mp4'));
    await holds('out/film.mp4', 'half');
    expect(existsSync(path.join(folder, 'out/film.mp4.part'))).toBe(false);
    expect(existsSync(path.join(folder, 'out/a.md~'))).toBe(false);
  });
});

describe('what it writes itself', () => {
  test('is no change and is not taken, where an import would take it; the loop is named', async () => {
    writeFileIn(folder, 'a.md', 'one');
    writeFileIn(folder, 'pipeline.yaml', copy().replace('docs/**/*.md', '**/*.md'));
    const { output } = await watch();
    expect(output.stderr).toContain('out/a.md, which task "out" writes, is also taken by task "docs"');
    writeFileIn(folder, 'a.md', 'two');
    await holds('out/a.md', 'two');
    writeFileIn(folder, 'b.md', 'b');
    await holds('out/b.md', 'b');
    await says(/watching: [\d,]+ files?;/, 3);
    expect(existsSync(path.join(folder, 'out/out'))).toBe(false);
    expect(output.stderr.match(/is also taken/g)).toHaveLength(1);
  });
});

test('on_busy: restart cancels what runs, and its changes are part of the next run', async () => {
  await withServer(hangs, async (origin, server) => {
    const download = `  file: { operation: import/url, url: "${origin}/x.bin", needs: [out] }\n`;
    writeFileIn(folder, 'docs/a.md', 'one');
    writeFileIn(folder, 'pipeline.yaml', copy(', on_busy: restart') + download);
    running = start(['watch'], { cwd: folder });
    await once(server, 'request');
    writeFileIn(folder, 'docs/b.md', 'b');
    await once(server, 'request');
    await holds('out/b.md', 'b');
    expect(running.output.stderr).toContain('1 file changed: + b.md');
    writeFileIn(folder, 'docs/c.md', 'c');
    await once(server, 'request');
    expect(running.output.stderr).toContain('2 files changed: + b.md, + c.md');
    signalGroup(running, 'SIGINT');
    expect(await running.ended).toBe(130);
  });
});

describe('without events', () => {
  test('--poll looks every second: changes, new folders, removals and the pipeline file', async () => {
    writeFileIn(folder, 'docs/a.md', 'one');
    writeFileIn(folder, 'pipeline.yaml', copy());
    await watch(['watch', '--poll']);
    writeFileIn(folder, 'docs/a.md', 'two');
    writeFileIn(folder, 'docs/deep/b.md', 'b');
    await holds('out/a.md', 'two');
    await holds('out/deep/b.md', 'b');
    rmSync(path.join(folder, 'docs/a.md'));
    await says(/- a\.md/);
    writeFileIn(folder, 'pipeline.yaml', copy().replace('path: out', 'path: elsewhere'));
    await holds('elsewhere/deep/b.md', 'b');
  });

  const canLimit = spawnSync('unshare', ['-Ur', 'true']).status === 0;
  test.skipIf(!canLimit)('a system that watches no more folders: it says so, and polls', async () => {
    writeFileIn(folder, 'docs/one/a.md', 'one');
    writeFileIn(folder, 'docs/two/a.md', 'one');
    writeFileIn(folder, 'pipeline.yaml', copy());
    const limited = 'echo 2 > /proc/sys/user/max_inotify_watches && exec "$@"';
    const command = ['unshare', '-Ur', 'sh', '-c', limited, 'sh'];
    running = start(['watch'], { cwd: folder, command });
    await says(/this system watches no more folders/);
    await says(/watching: [\d,]+ files?;/);
    writeFileIn(folder, 'docs/two/a.md', 'two');
    await holds('out/two/a.md', 'two');
  });
});

test('a picture beside a document is watched, once it has been read', async () => {
  const html = (colour: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="${colour}"/></svg>`;
  writeFileIn(folder, 'docs/a.md', '# A\n\n![](../art/pic.svg)\n');
  writeFileIn(folder, 'art/pic.svg', html('red'));
  writeFileIn(
    folder,
    'pipeline.yaml',
    copy().replace('input: docs, path', 'input: html, path') +
      '  html: { operation: convert, input: docs, output_format: html, embed_images: true }\n',
  );
  await watch();
  const before = read('out/a.html');
  writeFileIn(folder, 'art/pic.svg', html('blue'));
  await vi.waitFor(() => expect(read('out/a.html'), running?.output.stderr).not.toBe(before), 20_000);
});

test('a link to a file is followed to where it leads', async () => {
  writeFileIn(folder, 'texts/real.md', 'one');
  mkdirSync(path.join(folder, 'docs'));
  symlinkSync('../texts/real.md', path.join(folder, 'docs/link.md'));
  symlinkSync('../texts', path.join(folder, 'docs/folder'));
  writeFileIn(folder, 'pipeline.yaml', copy());
  await watch();
  expect(read('out/folder/real.md')).toBe('one');
  writeFileIn(folder, 'texts/real.md', 'two');
  await holds('out/link.md', 'two');
  await holds('out/folder/real.md', 'two');
});

describe('ends', () => {
  test.each([
    ['SIGINT', 0],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s while it waits: exit code %i, and nothing is left behind', async (signal, code) => {
    writeFileIn(folder, 'docs/a.md', 'one');
    writeFileIn(folder, 'pipeline.yaml', copy());
    const watching = await watch();
    signalGroup(watching, signal);
    expect(await watching.ended, watching.output.stderr).toBe(code);
    expect(leftBehind(folder)).toEqual([]);
    expect(watching.output.stderr).not.toContain('cancelling');
  });

  test('Ctrl-C in the middle of a run cancels it politely, with 130', async () => {
    await withServer(hangs, async (origin, server) => {
      writeFileIn(folder, 'pipeline.yaml', downloadPipeline(origin));
      running = start(['watch'], { cwd: folder });
      await once(server, 'request');
      signalGroup(running, 'SIGINT');
      expect(await running.ended, running.output.stderr).toBe(130);
      expect(running.output.stderr).toContain('interrupted: cancelling');
      expect(leftBehind(folder)).toEqual([]);
    });
  });

  test('a report of one run is refused', async () => {
    writeFileIn(folder, 'pipeline.yaml', copy());
    running = start(['watch', '--reporter', 'junit:report.xml'], { cwd: folder });
    expect(await running.ended).toBe(2);
    expect(running.output.stderr).toContain('a junit report is about one run');
  });

  test('what run refuses, watch refuses, with the same exit code', async () => {
    writeFileIn(folder, 'pipeline.yaml', copy().replace('docs/**/*.md', 'missing.md'));
    running = start(['watch'], { cwd: folder });
    expect(await running.ended).toBe(2);
    expect(running.output.stderr).toContain('"missing.md" does not exist');
  });
});
