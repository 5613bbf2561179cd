/** Pictures and fonts by installed programs, for those who name them by `engine`. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import { operationSpecs } from '@pipeline/schema';
import { Font } from 'fonteditor-core';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { converters, isInstalled } from '../../src/converter-table.ts';
import type { CheckRequest, Converter } from '../../src/converters/converter.ts';
import { fontforgeArgs } from '../../src/converters/fonts/fontforge.ts';
import { dcrawArgs } from '../../src/converters/pictures/dcraw.ts';
import { heifArgs, magickArgs } from '../../src/converters/pictures/native-pictures.ts';
import { findConverter } from '../../src/routes/find-converter.ts';
import { isNear, pixel, twoColours } from '../pictures/pictures.ts';
import { converted, failure } from './native.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];

function converter(name: string): Converter {
  const found = converters.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no converter ${name}`);
  return found;
}
const isHere = (name: string): boolean => isInstalled(converter(name));

const job = (from: string, to: string, options = {}) => ({
  inputPath: `/w/in/input.${from}`,
  inputName: 'x',
  from,
  to,
  options,
  outputPath: `/w/out/output.${to}`,
  outputDir: '/w/out',
  workDir: '/w',
  fileInputs: {},
});

test('the arguments name the coder of every file', () => {
  expect(
    magickArgs(job('psd', 'jpg', { width: 20, height: 10, fit: 'crop', quality: 70, strip: true }), 'sRGB'),
  ).toEqual([
    'psd:/w/in/input.psd[0]',
    '-auto-orient',
    '-resize',
    '20x10^',
    '-gravity',
    'center',
    '-extent',
    '20x10',
    '-background',
    'white',
    '-alpha',
    'remove',
    '-alpha',
    'off',
    '-colorspace',
    'sRGB',
    '-strip',
    '-quality',
    '70',
    'jpg:out/output.jpg',
  ]);
  expect(
    magickArgs(job('tiff', 'gif', { height: 9, auto_orient: false, colorspace: 'Gray' }), 'RGB'),
  ).toEqual(['tiff:/w/in/input.tiff', '-resize', 'x9>', '-colorspace', 'Gray', 'gif:out/output.gif']);
  expect(heifArgs(job('heic', 'jpg'))).toEqual(['-q', '90', '/w/in/input.heic', '/w/out/output.jpg']);
  expect(fontforgeArgs(job('otf', 'ttf')).slice(-2)).toEqual(['/w/in/input.otf', '/w/out/output.ttf']);
});

for (const name of ['imagemagick', 'graphicsmagick']) {
  test.skipIf(!isHere(name)).each(['bmp', 'tga', 'ppm', 'webp'])(`${name}: png → %s → png`, async (via) => {
    const input = await twoColours().png().toBuffer();
    const options = { width: 40 };
    const there = await converted(converter(name), { from: 'png', to: via, input, options });
    const { bytes } = await converted(converter(name), { from: via, to: 'png', input: there.bytes });
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 40, height: 20 });
    const found = [await pixel(bytes, 5, 10), await pixel(bytes, 35, 10)];
    expect(
      isNear(found[0] ?? [], [255, 0, 0], 20) && isNear(found[1] ?? [], [0, 0, 255], 20),
      JSON.stringify(found),
    ).toBe(true);
  });

  test.skipIf(!isHere(name))(`${name} reads no script under the name of a picture`, async () => {
    const script = "push graphic-context\nimage over 0,0 8,8 '/etc/passwd'\npop graphic-context\n";
    expect((await failure(converter(name), { from: 'bmp', to: 'png', input: script })).message).toContain(
      '"-a b.bmp"',
    );
  });
}

for (const name of ['imagemagick', 'graphicsmagick']) {
  test.skipIf(!isHere(name))(
    `${name}: the colours that are asked for, and what was seen through`,
    async () => {
      const clear = await sharp({ create: { width: 40, height: 20, channels: 4, background: '#0000' } })
        .png()
        .toBuffer();
      const alphaOf = async (options: JsonObject): Promise<readonly number[]> => {
        const { bytes } = await converted(converter(name), {
          from: 'png',
          to: 'tiff',
          input: clear,
          options,
        });
        return pixel(await sharp(bytes).ensureAlpha().png().toBuffer(), 5, 5);
      };
      expect((await alphaOf({ alpha: 'keep' }))[3]).toBe(0);
      expect(await alphaOf({ alpha: 'remove' })).toEqual([255, 255, 255, 255]);
      const input = await twoColours().tiff().toBuffer();
      for (const [colorspace, space] of [
        ['Gray', 'b-w'],
        ['CMYK', 'cmyk'],
        ['sRGB', 'srgb'],
      ]) {
        const options = { colorspace: colorspace ?? '' };
        const { bytes } = await converted(converter(name), { from: 'tiff', to: 'jpg', input, options });
        expect((await sharp(bytes).metadata()).space, colorspace).toBe(space);
      }
    },
  );
}

test.skipIf(!isHere('imagemagick'))(
  'pages stay pages when what can be seen through becomes white',
  async () => {
    const page = (background: string): Promise<Buffer> =>
      sharp({ create: { width: 20, height: 10, channels: 4, background } })
        .png()
        .toBuffer();
    const input = await sharp([await page('#f00f'), await page('#0000')], { join: { animated: true } })
      .gif()
      .toBuffer();
    const job = { from: 'gif', to: 'tiff', input, options: { alpha: 'remove' } };
    const { bytes } = await converted(converter('imagemagick'), job);
    expect((await sharp(bytes).metadata()).pages).toBe(2);
    const second = await sharp(bytes, { page: 1 }).ensureAlpha().png().toBuffer();
    expect(await pixel(second, 5, 5)).toEqual([255, 255, 255, 255]);
  },
);

test('what an engine cannot do with colours is an error before the run', () => {
  const asked = (name: string, request: CheckRequest): string | undefined =>
    converter(name).check?.(request)?.message;
  for (const name of ['imagemagick', 'graphicsmagick', 'magick-wasm', 'sharp', 'pdfium']) {
    expect(asked(name, { from: 'tiff', to: 'webp', options: { colorspace: 'CMYK' } })).toBe(
      'colorspace: "CMYK" cannot be stored in WEBP here',
    );
    expect(asked(name, { from: 'png', to: 'jpg', options: { colorspace: 'CMYK' } })).toBeUndefined();
  }
  expect(asked('graphicsmagick', { from: 'gif', to: 'tiff', options: { alpha: 'remove' } })).toContain(
    'on top of each other',
  );
  expect(asked('graphicsmagick', { from: 'png', to: 'tiff', options: { alpha: 'remove' } })).toBeUndefined();
  const { alpha, colorspace } = operationSpecs.convert.options;
  expect([alpha?.schema['enum'], colorspace?.schema['enum']]).toEqual([
    ['keep', 'remove'],
    ['sRGB', 'CMYK', 'Gray'],
  ]);
});

test('what nobody does with a drawing is an error before the run', async () => {
  for (const options of [{ all_layouts: true }, { auto_zoom: false }]) {
    for (const [from, to] of [
      ['dxf', 'pdf'],
      ['dxf', 'svg'],
      ['dwg', 'pdf'],
    ] as const) {
      const found = await findConverter({ from, to, options, isThere: () => true });
      expect(found.ok, `${from} → ${to}`).toBe(false);
      if (!found.ok && from === 'dxf')
        expect(found.error.message).toContain(`does not honour \`${Object.keys(options)[0]}\``);
    }
  }
});

const tinos = readFileSync(
  createRequire(import.meta.url).resolve('@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf'),
);

test.skipIf(!isHere('fontforge'))('fontforge draws cubic outlines, and back', async () => {
  const otf = await converted(converter('fontforge'), { from: 'ttf', to: 'otf', input: tinos });
  expect(otf.bytes.toString('latin1', 0, 4)).toBe('OTTO');
  const { bytes } = await converted(converter('fontforge'), { from: 'otf', to: 'ttf', input: otf.bytes });
  const { glyf } = Font.create(bytes, { type: 'ttf' }).get();
  expect(glyf.find(({ unicode }) => unicode?.includes(65))?.advanceWidth).toBe(1479);
  // The embedded one takes such a font, too.
  const redrawn = await converted(converter('fonts'), { from: 'otf', to: 'ttf', input: otf.bytes });
  expect(Font.create(redrawn.bytes, { type: 'ttf' }).get().glyf.length).toBeGreaterThan(200);
  expect(
    (await failure(converter('fontforge'), { from: 'ttf', to: 'otf', input: 'no font' })).message,
  ).toContain('"-a b.ttf"');
});

test('dcraw develops with the white balance of the camera', () => {
  expect(dcrawArgs(job('x3f', 'tiff'))).toEqual(['-w', '-T', '/w/in/input.x3f']);
});

const sigma = (): Buffer => readFileSync(join(import.meta.dirname, '../formats/samples/sample.x3f'));

test.skipIf(!isHere('dcraw'))(
  "Sigma's three planes are developed: red and blue above, green below",
  async () => {
    const { bytes, names } = await converted(converter('dcraw'), { from: 'x3f', to: 'tiff', input: sigma() });
    expect(names).toEqual(['out.tiff']);
    const { width, height } = await sharp(bytes).metadata();
    expect([width, height]).toEqual([128, 96]);
    for (const [x, y, lit] of [
      [20, 10, 0],
      [108, 10, 2],
      [20, 60, 0],
      [108, 60, 2],
      [20, 90, 1],
      [108, 90, 1],
    ] as const) {
      const values = await pixel(bytes, x, y);
      expect(values.findIndex((value) => value > 180)).toBe(lit);
      expect(values.filter((value) => value < 60)).toHaveLength(2);
    }
  },
);

test.skipIf(!isHere('dcraw'))("half of a Sigma's photo is none", async () => {
  const whole = sigma();
  for (const share of [0.98, 0.5, 0.1, 0.001]) {
    const input = whole.subarray(0, whole.length * share);
    const outcome = await failure(converter('dcraw'), { from: 'x3f', to: 'tiff', input });
    expect(outcome.type).toBe('bad-input');
    expect(outcome.message).toMatch(/^"-a b\.x3f" is (damaged or cut off|no whole raw photo)/u);
  }
  for (const input of ['%PDF-1.7 '.repeat(30), '']) {
    const outcome = await failure(converter('dcraw'), { from: 'x3f', to: 'tiff', input });
    expect(outcome.type).toBe('bad-input');
  }
});
