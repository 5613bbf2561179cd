/** Files that lie to ImageMagick's library, or are broken: a clear answer, quickly, and nothing read beside them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { host } from '../../src/converters/magick/magick-host.ts';
import { readers } from '../../src/converters/magick/magick-formats.ts';
import { newFolder } from '../places/action.ts';
import { noise, refusal, runJob, twoColours } from '../pictures/pictures.ts';
import type { Output } from '../pictures/pictures.ts';

const turn = (input: Buffer, from: string, to: string): Promise<Output> =>
  runJob(host, { input, name: `a.${from}` }, { to, more: { from } });

test('scripts and drawings under the name of a picture run nothing and read nothing', async () => {
  const canary = join(newFolder(), 'canary.png');
  writeFileSync(canary, await noise(8, 8).png().toBuffer());
  const scripts = [
    `push graphic-context\nviewbox 0 0 8 8\nimage over 0,0 8,8 '${canary}'\npop graphic-context\n`,
    `<?xml version="1.0"?><image><read filename="${canary}"/><write filename="${canary}.out"/></image>`,
    `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><image href="file://${canary}" width="8" height="8"/></svg>`,
    `@${canary}`,
    `label:@${canary}`,
    `http://127.0.0.1:9/${canary}`,
  ];
  for (const from of ['bmp', 'psd', 'xbm', 'xpm', 'tga', 'pcx', 'miff', 'hdr', 'xcf', 'nef', 'vips']) {
    for (const script of scripts) {
      expect((await refusal(turn(Buffer.from(script), from, 'png'))).type, `${script} as ${from}`).toBe(
        'bad-input',
      );
    }
  }
});

test('coders that read other things are in no table', () => {
  const dangerous =
    /^(MVG|MSL|MSVG|SVG|SVGZ|URL|HTTPS?|FTP|FILE|TEXT|TXT|LABEL|CAPTION|PATTERN|PANGO|EPS.*|PS|PDF|EPI|CLIP|MASK|INLINE|VID|SCREENSHOT|X|XC|STEGANO|TILE)$/u;
  expect(Object.values(readers).filter((coder) => dangerous.test(coder))).toEqual([]);
});

test('a picture that claims to be huge is refused by its header', async () => {
  const bmp = Buffer.alloc(154);
  bmp.write('BM');
  for (const [place, value] of [
    [2, 154],
    [10, 54],
    [14, 40],
    [18, 60_000],
    [22, 60_000],
  ] as const)
    bmp.writeInt32LE(value, place);
  bmp.writeInt16LE(1, 26);
  bmp.writeInt16LE(24, 28);
  const started = performance.now();
  const { type, message } = await refusal(turn(bmp, 'bmp', 'png'));
  expect(type).toMatch(/too-large|bad-input/u);
  expect(message).toContain('"a.bmp"');
  expect(performance.now() - started).toBeLessThan(5000);
  const tga = Buffer.alloc(64);
  tga[2] = 2;
  tga.writeUInt16LE(60_000, 12);
  tga.writeUInt16LE(60_000, 14);
  tga[16] = 24;
  expect((await refusal(turn(tga, 'tga', 'png'))).type).toBe('too-large');
});

test.each(['bmp', 'psd', 'tga', 'dcx', 'jp2', 'jxl', 'exr', 'qoi', 'psb', 'miff', 'jpg', 'ico'])(
  'half a %s is no picture',
  async (format) => {
    const whole = (await turn(await noise(64, 64).png().toBuffer(), 'png', format)).bytes;
    const outcome = await refusal(turn(whole.subarray(0, whole.length / 2), format, 'png'));
    expect(outcome.type).toBe('bad-input');
    expect(outcome.message).toContain(`"a.${format}"`);
  },
);

/** 80 × 40, 32 bits a pixel; the library itself writes them packed. */
function plainDds(): Buffer {
  const dds = Buffer.alloc(128 + 80 * 40 * 4, 200).fill(0, 0, 128);
  dds.write('DDS ');
  for (const [at, value] of [
    [4, 124],
    [8, 0x100f],
    [12, 40],
    [16, 80],
    [20, 320],
    [76, 32],
    [80, 0x41],
    [88, 32],
  ] as const)
    dds.writeUInt32LE(value, at);
  for (const [at, value] of [
    [92, 0xff0000],
    [96, 0xff00],
    [100, 0xff],
    [104, 0xff000000],
    [108, 0x1000],
  ] as const)
    dds.writeUInt32LE(value, at);
  return dds;
}

test.each(['pcx', 'dcx', 'sgi', 'vips', 'dds'])(
  'a %s that lacks its last bytes is no picture, packed or not',
  async (format) => {
    const flat = await twoColours().png().toBuffer();
    const files = [
      (await turn(await noise(64, 64).png().toBuffer(), 'png', format)).bytes,
      format === 'dds' ? plainDds() : (await turn(flat, 'png', format)).bytes,
    ];
    for (const whole of files) {
      // Of a packed DDS, the smaller pictures come last: the largest, which is read, ends at three quarters.
      for (const share of format === 'dds' ? [0.2, 0.5] : [0.2, 0.5, 0.9]) {
        const cut = whole.subarray(0, Math.floor(whole.length * share));
        const outcome = await refusal(turn(cut, format, 'png'));
        expect(outcome.type, `${share}`).toBe('bad-input');
        expect(outcome.message).toContain(`"a.${format}"`);
      }
      await expect(turn(whole, format, 'png')).resolves.toBeDefined();
    }
  },
);

test('empty, and something else', async () => {
  expect(await refusal(turn(Buffer.alloc(0), 'psd', 'png'))).toMatchObject({
    type: 'bad-input',
    message: '"a.psd" is empty (0 bytes).',
  });
  expect((await refusal(turn(Buffer.from('%PDF-1.7\n'), 'psd', 'png'))).message).toContain(
    'It looks like PDF.',
  );
  // A PNG under another name is a picture all the same.
  const png = await noise(8, 8).png().toBuffer();
  expect((await turn(png, 'psd', 'bmp')).bytes.subarray(0, 2).toString()).toBe('BM');
});
