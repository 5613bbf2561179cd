/**
 * Drawings and pages that ask for something else, through each installed program that takes them: nothing of the canary is
 * in what comes out, and nobody calls the server. `fuzz.test.ts` draws its cases; these are always the same.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { converters, isInstalled } from '../../src/converter-table.ts';
import type { Converter } from '../../src/converters/converter.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { converted } from '../images/native.ts';
import { newFolder } from '../places/action.ts';
import { canaryColour, canaryWord, hasCanary } from './canary.ts';
import type { Hostile } from './references.ts';
import { referring } from './references.ts';
import { xps, xpsPage, xpsPicture } from './references-xps.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];

/** Programs that do not end by themselves are for the fuzz. */
const endless = /loop|1000000000/u;
/** Inkscape starts slowly: what would be a picture is looked for in a picture, what would be text in a PDF. */
const words = /<text|xi:include|foreignObject/u;
const ways: readonly (readonly [converter: string, from: string, to: string])[] = [
  ['inkscape', 'svg', 'png'],
  ['inkscape', 'svg', 'pdf'],
  ['inkscape', 'pdf', 'svg'],
  ['rsvg', 'svg', 'pdf'],
  ['ghostscript', 'eps', 'pdf'],
  ['ghostscript', 'ps', 'pdf'],
  ['ghostscript', 'pdf', 'png'],
  ['pstoedit', 'eps', 'dxf'],
  ['pstoedit', 'ps', 'dxf'],
  ['mupdf', 'xps', 'pdf'],
  ['poppler', 'pdf', 'svg'],
  ['imagemagick', 'png', 'jpg'],
  ['imagemagick', 'jpg', 'png'],
  ['graphicsmagick', 'png', 'jpg'],
  ['graphicsmagick', 'jpg', 'png'],
];

let calls = 0;
let server: Server | undefined;
let files: readonly Hostile[] = [];

beforeAll(async () => {
  const folder = newFolder();
  const bait = { text: join(folder, 'canary.txt'), picture: join(folder, 'canary.png') };
  writeFileSync(bait.text, `${canaryWord}\n`);
  writeFileSync(bait.picture, await canaryPicture());
  const listening = createServer((_, response) => response.end(canaryWord));
  listening.on('connection', () => {
    calls += 1;
  });
  await new Promise<void>((resolve) => {
    listening.listen(0, '127.0.0.1', resolve);
  });
  server = listening;
  const address = listening.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  files = referring({ ...bait, origin: `http://127.0.0.1:${port}` });
});
afterAll(async () => {
  server?.close();
  await closeHosts();
});

const canaryPicture = (): Promise<Buffer> =>
  sharp({ create: { width: 80, height: 60, channels: 3, background: canaryColour } })
    .png()
    .toBuffer();

function converter(name: string): Converter {
  const found = converters.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no converter ${name}`);
  return found;
}

/** Pages are drawn to look at their colours. */
async function isSeen(path: string): Promise<boolean> {
  if (await hasCanary(path)) return true;
  if (!path.endsWith('.pdf')) return false;
  const stem = join(newFolder(), 'page');
  const drawn = spawnSync('pdftoppm', ['-png', '-r', '72', '-f', '1', '-l', '1', '-singlefile', path, stem]);
  return drawn.status === 0 && hasCanary(`${stem}.png`);
}

for (const [name, from, to] of ways) {
  test.skipIf(!isInstalled(converter(name)))(`${name}: ${from} → ${to} looks at nothing else`, async () => {
    const hostile = files.filter(
      (file) =>
        file.name.endsWith(`.${from}`) &&
        !endless.test(file.content.toString()) &&
        (name !== 'inkscape' || from !== 'svg' || words.test(file.content.toString()) === (to === 'pdf')),
    );
    expect(hostile.length).toBeGreaterThan(0);
    for (const { name: file, content } of hostile) {
      const input = Buffer.from(content);
      // Most of them are refused: what comes out is looked at, be it an output or a failure.
      const answer = await converted(converter(name), { from, to, input }).catch((error: unknown) => error);
      if (answer instanceof Error) expect(answer.message, file).not.toContain(canaryWord);
      else if (isOutput(answer))
        for (const path of answer.paths) expect(await isSeen(path), `${file}: ${path}`).toBe(false);
      expect(calls, file).toBe(0);
    }
  });
}

const isOutput = (value: unknown): value is { readonly paths: readonly string[] } =>
  typeof value === 'object' && value !== null && 'paths' in value;

test.skipIf(!['inkscape', 'rsvg', 'mupdf'].every((name) => isInstalled(converter(name))))(
  'what is inside of a drawing itself is seen by those who look',
  async () => {
    const picture = `data:image/png;base64,${(await canaryPicture()).toString('base64')}`;
    const svg = (inner: string): string =>
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="80" height="60">${inner}</svg>`;
    const image = svg(`<image width="80" height="60" xlink:href="${picture}"/>`);
    const word = svg(`<text y="20" font-size="8">${canaryWord}</text>`);
    for (const [name, to, input] of [
      ['rsvg', 'pdf', image],
      ['rsvg', 'pdf', word],
      ['inkscape', 'png', image],
      ['inkscape', 'pdf', word],
    ] as const) {
      const { paths } = await converted(converter(name), { from: 'svg', to, input });
      expect(await isSeen(paths[0] ?? ''), `${name} ${to}`).toBe(true);
    }
    const input = xps(xpsPage(xpsPicture('/a.png')), [{ name: 'a.png', content: await canaryPicture() }]);
    const { paths } = await converted(converter('mupdf'), { from: 'xps', to: 'pdf', input });
    expect(await isSeen(paths[0] ?? '')).toBe(true);
  },
);
