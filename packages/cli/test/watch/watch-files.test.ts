/** Which names are watched: what an import takes, and what nobody means. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { watchFiles } from '@pipeline/operations';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isTemporaryName, namesTemporary } from '../../src/watch/temporary-name.ts';

describe('names that nobody means', () => {
  test.each([
    '.a.md.swp',
    '.a.md.swx',
    'a.md~',
    '4913',
    '.#a.md',
    '#a.md#',
    'a.md___jb_tmp___',
    'a.md___jb_old___',
  ])('of editors: %s', (name) => expect(isTemporaryName(name)).toBe(true));
  test.each(['~$report.docx', '.~lock.report.odt#', 'film.mp4.part', 'x.crdownload', 'x.TMP', 'Thumbs.db'])(
    'of programs: %s',
    (name) => expect(isTemporaryName(name)).toBe(true),
  );
  test.each(['a.md', '49130', 'part.pdf', 'sedatives.txt', 'tmp.png', '.eslintrc.config', 'swp', '#a.md'])(
    'others are meant: %s',
    (name) => expect(isTemporaryName(name)).toBe(false),
  );
  test('a pattern that names them means them', () => {
    expect(['data/*.tmp', 'notes~', '**/*.{part}', 'x/4913'].map(namesTemporary)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['docs/**', '*.md', 'tmp/*.png', '{a,b}/*'].map(namesTemporary)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('what an import takes', () => {
  let folder = '';
  const context = (): { baseDir: string; allowedDirs: readonly string[] } => ({
    baseDir: folder,
    allowedDirs: [folder],
  });
  const below = (name: string): string => path.join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'pipeline-watch-files-'));
    for (const name of ['docs/deep', 'docs/_drafts', 'docs/node_modules', '.pipeline/work'])
      mkdirSync(below(name), { recursive: true });
    for (const name of [
      'docs/a.md',
      'docs/deep/b.md',
      'docs/_drafts/c.md',
      'docs/node_modules/d.md',
      'docs/[e].md',
    ])
      writeFileSync(below(name), 'x');
    symlinkSync('a.md', below('docs/link.md'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('by name, there or not, as the walk through the folders finds it', () => {
    const { matches, look, roots } = watchFiles({ path: ['docs/**/*.md', '!docs/_drafts/**'] }, context());
    const found = look();
    expect(found.files.map((file) => path.relative(folder, file)).sort()).toEqual(
      ['docs/[e].md', 'docs/a.md', 'docs/deep/b.md', 'docs/link.md'].sort(),
    );
    expect(found.links.map((file) => path.relative(folder, file))).toEqual(['docs/link.md']);
    expect(found.files.every(matches)).toBe(true);
    expect(matches(below('docs/new/er.md'))).toBe(true);
    for (const name of [
      'docs/a.txt',
      'a.md',
      'docs/_drafts/c.md',
      'docs/node_modules/d.md',
      'docs/.a.md',
      'docs/.x/a.md',
    ])
      expect(matches(below(name)), name).toBe(false);
    expect(roots).toEqual([{ folder: below('docs'), depth: Infinity, isHidden: false }]);
  });

  test('nothing below .pipeline, however wide the pattern', () => {
    const { matches } = watchFiles({ path: '**' }, context());
    expect(matches(below('.pipeline/work/x.md'))).toBe(false);
    expect(matches(below('docs/a.md'))).toBe(true);
  });

  test('a plain path watches its folder, also one that is not there', () => {
    const { matches, roots, look } = watchFiles({ path: 'later/x.md', allow_empty: true }, context());
    expect(roots).toEqual([{ folder: below('later'), depth: 0, isHidden: true }]);
    expect(matches(below('later/x.md'))).toBe(true);
    expect(look().files).toEqual([]);
  });

  test('a name with the signs of a pattern is a name, where it is there', () => {
    const { matches, look } = watchFiles({ path: 'docs/[e].md' }, context());
    expect(matches(below('docs/[e].md'))).toBe(true);
    expect(look().files).toEqual([below('docs/[e].md')]);
  });

  test('a pattern of fixed depth reaches no deeper', () => {
    expect(watchFiles({ path: 'docs/*/*.md' }, context()).roots).toEqual([
      { folder: below('docs'), depth: 1, isHidden: false },
    ]);
  });
});
