/** What a plan says that its result depends on: every converter's own parts of the machine, cheaply, and their changes. */
import { mkdirSync, realpathSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ActionPlan } from '@pipeline/engine';
import type { JsonObject, OperationName } from '@pipeline/schema';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fontFiles } from '../../src/basis/font-files.ts';
import { factsOf, madeBy } from '../../src/basis/made-by.ts';
import { converters, isInstalled } from '../../src/converter-table.ts';
import { createLocalBackend, localOperations } from '../../src/local-backend.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { action, artifact, contextOf, newFolder } from '../places/action.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];

afterEach(() => {
  vi.unstubAllEnvs();
});

const backend = createLocalBackend({ maxHosts: 1 });

async function planOf(operation: OperationName, name: string, options: JsonObject = {}): Promise<ActionPlan> {
  const file = path.join(newFolder(), name);
  writeFileSync(file, '');
  const loaded = await backend.load(operation);
  const request = action({ operation, options, inputs: [artifact(file)] });
  const planned = await loaded?.plan(request, contextOf(path.dirname(file)));
  if (planned?.ok !== true) throw new Error(JSON.stringify(planned));
  return planned.value;
}

const samples: Readonly<Partial<Record<OperationName, readonly [string, JsonObject]>>> = {
  convert: ['a.png', { output_format: 'jpg' }],
  thumbnail: ['a.pdf', { output_format: 'png' }],
  optimize: ['a.jpg', {}],
  watermark: ['a.png', { text: 'Draft' }],
  merge: ['a.pdf', { output_format: 'pdf' }],
  archive: ['a.txt', { output_format: 'zip' }],
  'archive/extract': ['a.zip', {}],
  metadata: ['a.docx', {}],
  'metadata/write': ['a.docx', { metadata: { Title: 'A' } }],
  'pdf/encrypt': ['a.pdf', { set_password: 'x' }],
  'pdf/decrypt': ['a.pdf', { password: 'x' }],
  'pdf/split-pages': ['a.pdf', {}],
  'pdf/extract-pages': ['a.pdf', { pages: '1' }],
  'pdf/rotate-pages': ['a.pdf', { rotation: '+90' }],
};

test.each(Object.entries(samples))(
  '%s says which Pipeline did it, and what would change it',
  async (name, sample) => {
    const [file, options] = sample;
    const operation = localOperations.find((each) => each === name);
    if (operation === undefined) throw new Error(name);
    const { basis, watches } = await planOf(operation, file, options);
    expect(basis?.['pipeline']).toMatch(/^\d+\.\d+\.\d+/);
    expect(basis?.['platform']).toContain(process.arch);
    expect(watches).toContain('/usr/bin');
  },
);

test('libraries inside of libraries, packs and programs have their own words', async () => {
  expect((await planOf('convert', 'a.png', { output_format: 'jpg' })).basis?.['libvips']).toMatch(/^8\.\d+/);
  for (const converter of converters.filter(isInstalled)) {
    const { basis, watches } = await madeBy(converter);
    for (const need of converter.needs) {
      if (need.type === 'pack') continue;
      expect(basis[`file of ${need.name}`], converter.name).toMatch(/^\d+ bytes of \d{4}-\d\d-\d\dT/);
      expect(watches, converter.name).toContain(realpathSync(findProgram(need.name) ?? ''));
    }
  }
});

test.each([
  ['sharp', 'svg', 'png', {}, true],
  ['sharp', 'png', 'jpg', {}, false],
  ['libreoffice', 'docx', 'pdf', {}, true],
  ['chromium', 'html', 'pdf', {}, true],
  ['rsvg', 'svg', 'pdf', {}, true],
  ['typst', 'typst', 'pdf', {}, true],
  ['pandoc-typst', 'md', 'pdf', {}, true],
  ['pandoc', 'md', 'docx', {}, false],
  ['ffmpeg', 'mp4', 'webm', {}, false],
  ['ffmpeg', 'mp4', 'webm', { subtitles: 'subs' }, true],
  ['email+chromium', 'eml', 'pdf', {}, true],
  ['pdfium', 'pdf', 'png', {}, false],
] as const)('%s, %s to %s with %o: fonts %s', async (...[name, from, to, options, hasFonts]) => {
  const converter = converters.find((each) => each.name === name);
  if (converter === undefined) throw new Error(name);
  const { basis } = await madeBy(converter, { from, to, options });
  expect(basis['fonts'] !== undefined).toBe(hasFonts);
});

test('the name of a task that names an output, and the folders of a command, are part of it', async () => {
  expect((await planOf('archive', 'a.txt', { output_format: 'zip' })).basis).toMatchObject({
    output: 'task.zip',
  });
  expect((await planOf('merge', 'a.pdf', { output_format: 'pdf' })).basis).toMatchObject({
    output: 'task.pdf',
  });
  if (findProgram('ffmpeg') === undefined) return;
  const options = { engine: 'ffmpeg', command: 'ffmpeg', arguments: ['-version'] };
  expect((await planOf('command', 'a.mp4', options)).basis).toMatchObject({
    'tasks of the inputs': 'before',
  });
});

describe('fonts', () => {
  function fontFolder(): string {
    const folder = newFolder();
    mkdirSync(path.join(folder, 'more'));
    writeFileSync(path.join(folder, 'more/a.ttf'), 'a');
    writeFileSync(path.join(folder, 'notes.txt'), 'a');
    symlinkSync(folder, path.join(folder, 'more/loop'));
    const conf = path.join(folder, 'fonts.conf');
    writeFileSync(conf, `<fontconfig><!-- <dir>/nowhere</dir> --><dir>${folder}</dir></fontconfig>`);
    vi.stubEnv('FONTCONFIG_FILE', conf);
    return folder;
  }

  test('a new, a changed and a touched font show; another file does not', () => {
    const folder = fontFolder();
    const font = path.join(folder, 'more/a.ttf');
    const texts = [fontFiles().text];
    const change = (work: () => void): void => {
      work();
      texts.push(fontFiles().text);
    };
    change(() => writeFileSync(path.join(folder, 'b.otf'), 'b'));
    change(() => writeFileSync(font, 'longer'));
    change(() => utimesSync(font, new Date(0), new Date(0)));
    expect(new Set(texts).size).toBe(4);
    change(() => writeFileSync(path.join(folder, 'notes.txt'), 'longer'));
    expect(new Set(texts).size).toBe(4);
    expect(fontFiles().folders).toEqual(expect.arrayContaining([folder, path.join(folder, 'more')]));
  });
});

test('10,000 plans take one look at the machine', () => {
  const startedMs = performance.now();
  const first = factsOf([{ type: 'fonts' }, { type: 'libvips' }]);
  for (let index = 0; index < 10_000; index += 1) {
    if (factsOf([{ type: 'fonts' }, { type: 'libvips' }]) !== first) throw new Error('another object');
  }
  expect(performance.now() - startedMs).toBeLessThan(500);
});
