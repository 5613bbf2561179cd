/** `import/local` on real folders: what matches, at which place, and what is said when something does not. */
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import type { JsonObject } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { importLocal } from '../../src/operations/import/local.ts';
import { action, contextOf, newFolder, project, unprivileged } from './action.ts';

interface Picked {
  readonly places: readonly string[];
  readonly note?: string | undefined;
}

async function pick(
  root: string,
  options: JsonObject,
  allowedDirs: readonly string[] = [root],
): Promise<Picked | Failure> {
  const request = action({ options });
  const planned = await importLocal.plan(request, { baseDir: root, allowedDirs, jobId: 'j', startedAt: 0 });
  const ran = await importLocal.run(request, contextOf(root, { allowedDirs }));
  if (!planned.ok || !ran.ok) {
    expect(ran).toEqual(planned);
    return planned.ok ? Promise.reject(new Error('the run failed and the plan did not')) : planned.error;
  }
  // The run gives what the plan said, in place.
  expect(ran.value.outputs).toEqual(planned.value.outputs);
  for (const file of planned.value.outputs ?? []) {
    expect(readFileSync(file.path ?? '').length).toBe(file.sizeBytes);
  }
  return {
    places: ran.value.outputs.map(({ dir, name }) => (dir === '' ? name : `${dir}/${name}`)),
    note: planned.value.note,
  };
}

const places = async (root: string, options: JsonObject): Promise<readonly string[] | Failure> => {
  const picked = await pick(root, options);
  return 'places' in picked ? picked.places : picked;
};

const tree = [
  'docs/readme.md',
  'docs/guide/intro.md',
  'docs/guide/deep/er.md',
  'docs/guide/intro.docx',
  'docs/_drafts/secret.md',
  'docs/.hidden.md',
  'docs/.dot/inside.md',
  'docs/node_modules/package/readme.md',
  '.git/description.md',
  '.pipeline/results/old.md',
  'assets/a.png',
  'assets/b.JPG',
  'assets/team/c.jpg',
  'Assets.md',
];

test('a glob takes every depth, keeps places relative to its fixed part, and sorts by code units', async () => {
  const root = project(tree);
  expect(await places(root, { path: 'docs/**/*.md' })).toEqual([
    '_drafts/secret.md',
    'guide/deep/er.md',
    'guide/intro.md',
    'readme.md',
  ]);
  expect(await places(root, { path: '**/*.md' })).toEqual([
    'Assets.md',
    'docs/_drafts/secret.md',
    'docs/guide/deep/er.md',
    'docs/guide/intro.md',
    'docs/readme.md',
  ]);
});

test.each([
  ['docs/*', ['readme.md']],
  ['docs/**', ['_drafts/secret.md', 'guide/deep/er.md', 'guide/intro.docx', 'guide/intro.md', 'readme.md']],
  ['./docs//guide/*.md', ['intro.md']],
  ['docs/*/intro.*', ['guide/intro.docx', 'guide/intro.md']],
  ['docs/**/intro.{md,docx}', ['guide/intro.docx', 'guide/intro.md']],
  ['{docs/guide,assets}/*.{md,png}', ['assets/a.png', 'docs/guide/intro.md']],
  ['{docs,assets}/**/*.{jpg,docx}', ['assets/team/c.jpg', 'docs/guide/intro.docx']],
  ['assets/[ab].*', ['a.png', 'b.JPG']],
  ['assets/[!a].*', ['b.JPG']],
  ['assets/?.png', ['a.png']],
  ['docs/**/deep/**/*.md', ['guide/deep/er.md']],
  ['docs/.*.md', ['.hidden.md']],
  ['docs/.dot/*.md', ['inside.md']],
  ['docs/node_modules/**/*.md', ['package/readme.md']],
  ['.pipeline/results/*', ['old.md']],
  ['docs/readme.md', ['readme.md']],
])('%s', async (pattern, expected) => {
  expect(await places(project(tree), { path: pattern })).toEqual(expected);
});

test('a leading ! and exclude take files and whole folders out', async () => {
  const root = project(tree);
  const expected = ['guide/deep/er.md', 'guide/intro.md', 'readme.md'];
  expect(await places(root, { path: ['docs/**/*.md', '!docs/_drafts/**'] })).toEqual(expected);
  expect(await places(root, { path: 'docs/**/*.md', exclude: 'docs/_drafts' })).toEqual(expected);
  expect(await places(root, { path: 'docs/**/*.md', exclude: ['**/secret.md'] })).toEqual(expected);
  expect(await places(root, { path: ['docs/readme.md', 'docs/guide/*.md'], exclude: '**/intro.*' })).toEqual([
    'readme.md',
  ]);
});

test('base counts places from another folder', async () => {
  const root = project(tree);
  expect(await places(root, { path: ['docs/guide/*.md', 'assets/*.png'], base: '.' })).toEqual([
    'assets/a.png',
    'docs/guide/intro.md',
  ]);
  expect(await places(root, { path: ['docs/guide/*.md', 'assets/*.png'], base: 'docs' })).toMatchObject({
    type: 'bad-input',
    message: '"assets/a.png" does not lie below base "docs"',
  });
});

test('two files of one place are refused, the same file twice is one', async () => {
  const root = project(['docs/readme.md', 'notes/readme.md']);
  expect(await places(root, { path: ['docs/*.md', 'notes/*.md'] })).toMatchObject({
    message: '"docs/readme.md" and "notes/readme.md" would both be "readme.md"',
    hint: 'set base to a folder that holds both, for example base: .',
  });
  expect(await places(root, { path: ['docs/*.md', '**/docs/*.md', 'docs/readme.md'] })).toEqual([
    'readme.md',
  ]);
});

test('an empty glob is a note, with a guess when its folder is misspelt', async () => {
  const root = project(tree);
  expect(await pick(root, { path: 'docs/*.pdf' })).toEqual({
    places: [],
    note: 'no file matches "docs/*.pdf"',
  });
  expect(await pick(root, { path: ['dcos/**/*.md'] })).toEqual({
    places: [],
    note: 'no file matches "dcos/**/*.md": there is no folder "dcos", did you mean "docs"?',
  });
  expect(await pick(root, { path: 'docs/*.md', exclude: '**/*' })).toEqual({
    places: [],
    note: 'no file matches "docs/*.md"',
  });
});

test('a plain path that is missing fails with a guess, unless allow_empty', async () => {
  const root = project(tree);
  expect(await pick(root, { path: 'docs/raedme.md' })).toEqual({
    type: 'not-found',
    code: 'NOT_FOUND',
    message: `"docs/raedme.md" does not exist: there is no file "docs/raedme.md", did you mean "readme.md"?; paths start at "${root}"`,
    hint: 'correct the path, or set allow_empty: true if the file may be missing',
    isTransient: false,
  });
  expect(await pick(root, { path: 'doc/readme.md' })).toMatchObject({
    message: expect.stringContaining('there is no folder "doc", did you mean "docs"?'),
  });
  expect(await pick(root, { path: 'docs/raedme.md', allow_empty: true })).toEqual({
    places: [],
    note: 'there is no file "docs/raedme.md", did you mean "readme.md"?',
  });
});

test('a folder, a pipe and only exclusions are explained', async () => {
  const root = project(tree);
  expect(await pick(root, { path: 'docs/' })).toMatchObject({
    type: 'bad-input',
    message: '"docs" is a folder, and path takes files',
    hint: 'did you mean "docs/**", which takes every file below it?',
  });
  expect(await pick(root, { path: '.' })).toMatchObject({ hint: expect.stringContaining('"**"') });
  expect(await pick(root, { path: '!docs/**' })).toMatchObject({ type: 'bad-input' });
  expect(await pick(root, { path: '/dev/null' }, ['/'])).toMatchObject({
    message: '"/dev/null" is no regular file but a pipe, socket or device',
  });
});

test('paths stay inside the project, links followed', async () => {
  const outside = project(['secret.md', 'folder/inside.md']);
  const root = project(['docs/readme.md']);
  symlinkSync(path.join(outside, 'secret.md'), path.join(root, 'docs/link.md'));
  symlinkSync(path.join(outside, 'folder'), path.join(root, 'docs/linked'));
  for (const escape of ['../*.md', `${outside}/secret.md`, `../${path.basename(outside)}/*.md`]) {
    expect(await pick(root, { path: escape })).toMatchObject({
      type: 'refused',
      message: expect.stringContaining('outside of the project'),
      hint: expect.stringContaining('--allow-path'),
    });
  }
  for (const link of ['docs/link.md', 'docs/*.md', 'docs/linked/inside.md', 'docs/linked/*.md']) {
    expect(await pick(root, { path: link })).toMatchObject({
      type: 'refused',
      message: expect.stringMatching(
        /"docs\/link.*is, or lies behind, a link to ".*", outside of the project/,
      ),
    });
  }
  expect(await pick(root, { path: '**/inside.md' })).toMatchObject({
    places: [],
    note: 'no file matches "**/inside.md"; passed over "docs/linked": it is a link that leads out of the project',
  });
  expect(await pick(root, { path: 'docs/**' }, [root, outside])).toMatchObject({
    places: ['link.md', 'linked/inside.md', 'readme.md'],
  });
});

test('links inside the project are followed, circles end, dangling links are noted', async () => {
  const root = project(['docs/a/one.md', 'shared/two.md']);
  symlinkSync('../shared', path.join(root, 'docs/shared'));
  symlinkSync('..', path.join(root, 'docs/a/up'));
  symlinkSync('../docs', path.join(root, 'shared/back'));
  symlinkSync('nowhere', path.join(root, 'docs/dangling.md'));
  expect(await pick(root, { path: 'docs/**/*.md' })).toEqual({
    places: ['a/one.md', 'shared/two.md'],
    note: 'passed over "docs/dangling.md": it is a link to something that does not exist',
  });
});

test('a plain path that is a dangling link says so', async () => {
  const root = newFolder();
  symlinkSync('nowhere', path.join(root, 'a.md'));
  expect(await pick(root, { path: 'a.md' })).toMatchObject({
    type: 'not-found',
    message: '"a.md" is a link to something that does not exist',
  });
});

test('an unreadable file or folder fails by name', async () => {
  const root = project(['docs/open.md', 'docs/shut.md', 'docs/closed/in.md']);
  chmodSync(root, 0o755);
  chmodSync(path.join(root, 'docs/shut.md'), 0o200);
  await unprivileged(async () => {
    for (const pattern of ['docs/*.md', 'docs/shut.md']) {
      expect(await pick(root, { path: pattern })).toMatchObject({
        type: 'refused',
        message: 'cannot read "docs/shut.md": permission denied',
        hint: 'change the permissions, or take the file out with exclude',
      });
    }
  });
  chmodSync(path.join(root, 'docs/closed'), 0o300);
  await unprivileged(async () => {
    expect(await pick(root, { path: 'docs/**/i*.md' })).toMatchObject({
      message: 'cannot read "docs/closed": permission denied',
    });
    expect(await pick(root, { path: 'docs/**/i*.md', exclude: 'docs/closed' })).toMatchObject({ places: [] });
  });
  chmodSync(path.join(root, 'docs/closed'), 0o700);
});

const oddNames = [
  'with space.md',
  `quotes ' and ".md`,
  'new\nline.md',
  'emoji 🎈.md',
  '-leading.md',
  '--option=x.md',
  'photo (1).md',
  '[slug].md',
  '{a,b}.md',
  'star*.md',
  'back\\slash.md',
  '!bang.md',
  '#hash.md',
  `${'x'.repeat(252)}.md`,
  `${'é'.repeat(126)}.md`,
];

test('odd names are taken by a glob', async () => {
  const found = await places(project(oddNames), { path: '*.md' });
  expect(found).toEqual(oddNames.toSorted((a, b) => (a < b ? -1 : 1)));
});

test.each(oddNames.filter((name) => !name.startsWith('!') && !name.includes('\\')))(
  'the plain name %j',
  async (name) => {
    expect(await places(project(oddNames), { path: name })).toEqual([name]);
  },
);

test('a backslash takes the meaning of a character away', async () => {
  const root = project(oddNames);
  expect(
    await places(root, { path: ['\\!bang.md', '\\[slug].*', 'photo (*).md', 'back\\\\slash.md'] }),
  ).toEqual(['!bang.md', '[slug].md', 'back\\slash.md', 'photo (1).md']);
});

test('a name that is not UTF-8 is passed over with a note', async () => {
  const root = project(['good.md']);
  const bad = Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9]), Buffer.from('.md')]);
  writeFileSync(bad, 'latin-1');
  const badFolder = Buffer.concat([Buffer.from(`${root}/dir`), Buffer.from([0xe9])]);
  mkdirSync(badFolder);
  expect(await pick(root, { path: '**/*.md' })).toEqual({
    places: ['good.md'],
    note:
      'passed over "caf\uFFFD.md": its name is not valid UTF-8; rename it to have it converted; ' +
      'passed over "dir\uFFFD": its name is not valid UTF-8; rename it to have it converted',
  });
  rmSync(bad);
  rmSync(badFolder, { recursive: true });
});

test('absolute patterns work inside of --allow-path', async () => {
  const other = project(['a/one.md']);
  expect(await pick(newFolder(), { path: `${other}/**/*.md` }, [other])).toMatchObject({
    places: ['a/one.md'],
  });
});
