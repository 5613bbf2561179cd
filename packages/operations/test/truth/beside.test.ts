/** Files that are read beside an input are told, with those that were looked for in vain; outputs of jobs are not. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { OperationResult } from '@pipeline/engine';
import type { JsonObject, OperationName } from '@pipeline/schema';
import { afterAll, describe, expect, test } from 'vitest';
import { closeHosts } from '../../src/host/host-pool.ts';
import { createLocalBackend } from '../../src/local-backend.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { tinyPng } from '../documents/documents.ts';
import { action, artifact, contextOf, newFolder } from '../places/action.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];
afterAll(closeHosts);

const backend = createLocalBackend({ maxHosts: 1 });

async function run(
  files: Readonly<Record<string, string | Buffer>>,
  options: JsonObject,
  operation: OperationName = 'convert',
): Promise<{ readonly result: OperationResult; readonly beside: readonly string[] }> {
  const root = newFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
  const [first = ''] = Object.keys(files);
  const loaded = await backend.load(operation);
  const request = action({ operation, options, inputs: [artifact(path.join(root, first))] });
  const done = await loaded?.run(request, contextOf(root));
  if (done?.ok !== true) throw new Error(JSON.stringify(done));
  const beside = (done.value.dependsOn ?? []).map((file) => path.relative(root, file)).toSorted();
  return { result: done.value, beside };
}

const markdown = '# A\n\n![](pictures/b.png) ![](c)\n';
const pictures = { 'pictures/b.png': tinyPng, 'c.png': tinyPng };

test.each([
  ['docx', {}],
  ['pdf', { engine: 'pandoc-typst' }],
  ['html', { embed_images: true }],
] as const)('Markdown into %s: its pictures, and the names that were tried', async (to, options) => {
  const { beside } = await run({ 'a.md': markdown, ...pictures }, { output_format: to, ...options });
  expect(beside).toEqual(['c', 'c.png', 'pictures/b.png']);
});

test('what stays a reference is not read', async () => {
  const { result, beside } = await run({ 'a.md': markdown }, { output_format: 'html', embed_images: false });
  expect(beside).toEqual([]);
  expect(result).not.toHaveProperty('dependsOn');
});

test('includes of reStructuredText, LaTeX and Typst', async () => {
  const rst = await run({ 'a.rst': '.. include:: b.txt\n', 'b.txt': 'Included\n' }, { output_format: 'md' });
  expect(rst.beside).toEqual(['b.txt']);
  const tex = await run({ 'a.tex': '\\input{part}\n', 'part.tex': 'Included\n' }, { output_format: 'md' });
  expect(tex.beside).toContain('part.tex');
  const typst = await run(
    {
      'a.typ': '#import "b.typ": word\n#word #image("c.png")',
      'b.typ': '#let word = [Hello]',
      'c.png': tinyPng,
    },
    { output_format: 'pdf' },
  );
  expect(typst.beside).toEqual(['b.typ', 'c.png']);
});

describe.skipIf(findProgram('chromium') === undefined)('by a browser', () => {
  const page = '<link rel="stylesheet" href="a.css"><img src="b.png"><p>Text</p>';
  const style = '@import "deep/more.css"; body { background: url(b.png) }';
  const files = { 'a.html': page, 'a.css': style, 'deep/more.css': 'p { color: red }', 'b.png': tinyPng };

  test('style sheets, what they import, and pictures', async () => {
    const { beside } = await run(files, { output_format: 'pdf', engine: 'chromium' });
    expect(beside).toEqual(['a.css', 'b.png', 'deep/more.css']);
  });

  test('of thumbnails, merges and chains too', async () => {
    expect((await run(files, { output_format: 'png', width: 50 }, 'thumbnail')).beside).toContain(
      'deep/more.css',
    );
    expect((await run(files, { output_format: 'pdf' }, 'merge')).beside).toContain('deep/more.css');
    expect((await run(files, { output_format: 'webp' })).beside).toContain('a.css');
  });
});
