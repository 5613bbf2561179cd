/** `import/local` looks again when it runs: at what came and went since it was planned, whichever way it finds out. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import { changedFiles, markFiles } from '@pipeline/engine';
import { expect, test } from 'vitest';
import { importLocal } from '../../src/operations/import/local.ts';
import { action, contextOf, project } from './action.ts';

interface Case {
  readonly what: string;
  readonly options: JsonObject;
  readonly change: (root: string) => void;
  readonly expected: readonly string[];
}

const all = { path: 'in/**/*.md' };

const cases: readonly Case[] = [
  { what: 'nothing', options: all, change: () => {}, expected: ['a.md', 'deep/b.md'] },
  {
    what: 'a new file',
    options: all,
    change: (root) => write(root, 'in/c.md'),
    expected: ['a.md', 'c.md', 'deep/b.md'],
  },
  {
    what: 'a new file below',
    options: all,
    change: (root) => write(root, 'in/deep/c.md'),
    expected: ['a.md', 'deep/b.md', 'deep/c.md'],
  },
  {
    what: 'a file that went',
    options: all,
    change: (root) => remove(root, 'in/a.md'),
    expected: ['deep/b.md'],
  },
  {
    what: 'a folder that came',
    options: { path: 'in/{more,deep}/*.md' },
    change: (root) => write(root, 'in/more/c.md'),
    expected: ['deep/b.md', 'more/c.md'],
  },
  { what: 'a folder that went', options: all, change: (root) => remove(root, 'in/deep'), expected: ['a.md'] },
  {
    what: 'a folder in place of a file',
    options: { path: 'in/*.md' },
    change: (root) => {
      remove(root, 'in/a.md');
      mkdirSync(path.join(root, 'in/a.md'));
    },
    expected: [],
  },
  {
    what: 'a file that went, and has a pattern of its own',
    options: { path: ['in/a.md', 'in/deep/*.md'], allow_empty: true },
    change: (root) => remove(root, 'in/a.md'),
    expected: ['b.md'],
  },
];

test.each(cases)('between plan and run: $what', async ({ options, change, expected }) => {
  const root = project(['in/a.md', 'in/deep/b.md']);
  await ticked();
  const request = action({ options });
  const context = contextOf(root, { allowedDirs: [root] });
  expect((await importLocal.plan(request, context)).ok).toBe(true);
  change(root);
  const ran = await importLocal.run(request, context);
  const outputs = ran.ok ? ran.value.outputs : [];
  expect(outputs.map(({ dir, name }) => (dir === '' ? name : `${dir}/${name}`))).toEqual(expected);
});

/** Longer than a tick of the file system: what was written before can be known again by its times. */
const ticked = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

function write(root: string, file: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), 'new');
}

const remove = (root: string, file: string): void => rmSync(path.join(root, file), { recursive: true });

test('a file that changes after it was seen is not what was taken, though it is taken', async () => {
  const root = project(['in/a.md', 'in/b.md']);
  await ticked();
  const request = action({ options: { path: 'in/*.md' } });
  const context = contextOf(root, { allowedDirs: [root] });
  await importLocal.plan(request, context);
  writeFileSync(path.join(root, 'in/a.md'), 'changed');
  const made = await importLocal.run(request, context);
  const outputs = made.ok ? made.value.outputs : [];
  const place = { root, links: 'follow' } as const;
  const trust = { settledBeforeMs: Date.now() + 60_000, seen: (index: number) => outputs[index]?.seen };
  const marked = markFiles(
    outputs.map((file) => file.path),
    place,
    trust,
  );
  expect(marked.paths).toEqual(['in/a.md', 'in/b.md']);
  expect(changedFiles(marked, place)).toEqual([0]);
});
