/** Pictures made together look as if each had been made alone. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { convert } from '../../src/operations/convert.ts';
import { host } from '../../src/converters/pictures/sharp-host.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { thumbnail } from '../../src/operations/thumbnail.ts';
import { contextOf, newFolder } from '../places/action.ts';
import { requestOf } from '../pictures/picture-action.ts';

afterAll(closeHosts);

/** Soft colours with an edge, so that a wrong turn, crop or profile shows. */
function photo(width: number, height: number) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="g"><stop offset="0" stop-color="#c03020"/><stop offset="1" stop-color="#2040d0"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/><circle cx="30%" cy="30%" r="${height / 5}" fill="#f0e020"/><path d="M0 ${height}L${width} ${height / 2}V${height}Z" fill="#103010"/></svg>`;
  return sharp(Buffer.from(svg)).removeAlpha();
}

interface Wanted {
  readonly to: string;
  readonly options: JsonObject;
  readonly isStill?: boolean;
}

async function both(input: Buffer, wanted: readonly Wanted[]) {
  const inputPath = join(newFolder(), 'input');
  writeFileSync(inputPath, input);
  const jobs = () =>
    wanted.map((one, index) => ({
      type: 'convert',
      inputPath,
      inputName: 'photo.jpg',
      outputDir: newFolder(),
      outputName: `out-${index}.${one.to}`,
      ...one,
    }));
  const together = jobs();
  const alone = jobs();
  const answer = await host.run(
    { type: 'convert-several', inputPath, inputName: 'photo.jpg', jobs: together },
    () => {},
  );
  const answers: JsonObject[] = [];
  for (const job of alone) answers.push(await host.run(job, () => {}));
  expect(answer['answers']).toEqual(answers);
  const read = (list: typeof together) =>
    list.map(({ outputDir, outputName }) => readFileSync(join(outputDir, outputName)));
  return { together: read(together), alone: read(alone) };
}

/** Mean difference of the channels, as a browser shows them. */
async function difference(a: Buffer, b: Buffer): Promise<number> {
  const [first, second] = await Promise.all(
    [a, b].map((picture) => sharp(picture).toColourspace('srgb').flatten().raw().toBuffer()),
  );
  if (first === undefined || second?.length !== first.length) return Number.POSITIVE_INFINITY;
  return first.reduce((sum, value, index) => sum + Math.abs(value - (second[index] ?? 0)), 0) / first.length;
}

const facts = async (picture: Buffer) => {
  const { format, width, height, orientation, hasProfile, hasAlpha, space, exif } =
    await sharp(picture).metadata();
  return { format, width, height, orientation, hasProfile, hasAlpha, space, hasExif: exif !== undefined };
};

const sizes: readonly Wanted[] = [
  { to: 'webp', options: { width: 701, quality: 90 } },
  { to: 'webp', options: { width: 333, strip: true, quality: 90 } },
  { to: 'png', options: { height: 97 } },
  { to: 'jpg', options: { width: 120, height: 120, fit: 'crop', strip: true } },
  { to: 'webp', options: { width: 600 } },
  { to: 'jpg', options: { width: 150, auto_orient: false } },
  { to: 'png', options: { width: 100, height: 20, fit: 'scale' } },
  { to: 'jpg', options: { width: 90, colorspace: 'gray' } },
];

describe('several pictures of one', () => {
  test.each([
    ['a photo', () => photo(1403, 937).jpeg({ quality: 95 })],
    ['a photo on its side', () => photo(1403, 937).withMetadata({ orientation: 6 }).jpeg({ quality: 95 })],
    ['wide colours', () => photo(1403, 937).withIccProfile('p3').jpeg({ quality: 95 })],
    ['a drawing with transparency', () => photo(1403, 937).ensureAlpha(0.5).png()],
    ['sixteen bits', () => photo(1403, 937).toColourspace('rgb16').png()],
    ['grey', () => photo(1403, 937).toColourspace('b-w').jpeg()],
    ['print colours', () => photo(1403, 937).toColourspace('cmyk').jpeg()],
    ['a small one', () => photo(211, 97).webp({ lossless: true })],
  ])('%s', async (_, make) => {
    const input = await make()
      .withExifMerge({ IFD0: { Copyright: 'Example' } })
      .toBuffer();
    const { together, alone } = await both(input, sizes);
    for (const [index, picture] of together.entries()) {
      const single = alone[index] ?? Buffer.alloc(0);
      expect(await facts(picture), JSON.stringify(sizes[index])).toEqual(await facts(single));
      expect(await difference(picture, single), JSON.stringify(sizes[index])).toBeLessThan(2.5);
    }
    // The largest is not made of anything else.
    expect(together[0]?.equals(alone[0] ?? Buffer.alloc(0))).toBe(true);
  });

  test('every size is the one that it would be alone', async () => {
    const input = await photo(997, 613).jpeg().toBuffer();
    const wanted = Array.from({ length: 90 }, (_, index) => ({
      to: 'jpg',
      options: { width: 5 + 5 * index, ...(index % 3 === 0 && { height: 3 + 4 * index }) },
    }));
    const { together, alone } = await both(input, [{ to: 'jpg', options: {} }, ...wanted]);
    expect(await Promise.all(together.map(facts))).toEqual(await Promise.all(alone.map(facts)));
  });
});

const given = async (options: JsonObject) => ({
  name: 'photo.jpg',
  input: await photo(800, 600).jpeg().toBuffer(),
  options,
});

describe('by the operations', () => {
  test('what can be shared says so in its plan, and what cannot does not', async () => {
    const context = contextOf(newFolder());
    const planOf = async (options: JsonObject, name = 'photo.jpg') => {
      const planned = await convert.plan(requestOf('convert', { ...(await given(options)), name }), context);
      return planned.ok ? planned.value.shares : planned.error;
    };
    const small = await thumbnail.plan(
      requestOf('thumbnail', await given({ output_format: 'png', width: 20 })),
      context,
    );
    const shares = await planOf({ output_format: 'webp', width: 300 });
    expect(shares).toBeTypeOf('string');
    expect(small).toMatchObject({ ok: true, value: { shares } });
    expect(await planOf({ output_format: 'png' }, 'photo.svg')).toBeUndefined();
    expect(await planOf({ output_format: 'png', pages: '1' }, 'photo.tiff')).toBeUndefined();
  });

  test('a conversion and a thumbnail of one photo, in one job of the host', async () => {
    const photoRequest = requestOf('convert', await given({ output_format: 'webp', width: 400 }));
    const small = {
      ...requestOf('thumbnail', await given({ output_format: 'png', width: 40 })),
      inputs: photoRequest.inputs,
    };
    const share = { key: 'sharp', size: 2 };
    const made = await Promise.all([
      convert.run(photoRequest, { ...contextOf(newFolder()), share }),
      thumbnail.run(small, { ...contextOf(newFolder()), share }),
    ]);
    const outputs = made.flatMap((one) => (one.ok ? one.value.outputs : []));
    const [large, tiny] = await Promise.all(outputs.map(({ path }) => facts(readFileSync(path))));
    expect(large).toMatchObject({ format: 'webp', width: 400, height: 300 });
    expect(tiny).toMatchObject({ format: 'png', width: 40, height: 30 });
  });

  test('a broken photo fails for each of them, in its own words', async () => {
    const { input } = await given({});
    const request = requestOf('convert', {
      name: 'photo.jpg',
      input: input.subarray(0, input.length / 2),
      options: { output_format: 'webp', width: 40 },
    });
    const alone = await convert.run(request, contextOf(newFolder()));
    const share = { key: 'sharp', size: 2 };
    const together = await Promise.all(
      [1, 2].map(() => convert.run(request, { ...contextOf(newFolder()), share })),
    );
    expect(alone).toMatchObject({ ok: false, error: { type: 'bad-input' } });
    expect(together).toEqual([alone, alone]);
  });
});

test.each(
  ['webp', 'jpg', 'png', 'tiff'].flatMap((to) => [
    { to, strip: false },
    { to, strip: true },
  ]),
)(
  'the largest of several is, byte for byte, what it would be alone: $to, strip $strip',
  async ({ to, strip }) => {
    const input = await photo(900, 600).jpeg().toBuffer();
    const { together, alone } = await both(input, [
      { to, options: { width: 500, strip } },
      { to, options: { width: 100, strip } },
    ]);
    expect(together[0]?.equals(alone[0] ?? Buffer.alloc(0))).toBe(true);
  },
);
