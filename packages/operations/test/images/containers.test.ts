/** Pictures in containers: icons of macOS and OpenDocument drawings, made, opened again, and refused when broken. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { icns } from '../../src/converters/pictures/icns.ts';
import { odd } from '../../src/converters/drawings/odd.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { unzipped } from '../documents/documents.ts';
import { isNear, pixel, twoColours } from '../pictures/pictures.ts';
import { converted, failure } from './native.ts';

afterAll(closeHosts);

test('a picture becomes an icon of every size up to its own, and comes out again', async () => {
  const input = await twoColours(300, 150).png().toBuffer();
  const icon = await converted(icns, { from: 'png', to: 'icns', input });
  expect(icon.bytes.toString('latin1', 0, 4)).toBe('icns');
  expect(icon.bytes.readUInt32BE(4)).toBe(icon.bytes.length);
  for (const type of ['icp4', 'ic07', 'ic08']) expect(icon.bytes.includes(type)).toBe(true);
  expect(icon.bytes.includes('ic09')).toBe(false);
  const { bytes } = await converted(icns, { from: 'icns', to: 'png', input: icon.bytes });
  expect(await sharp(bytes).metadata()).toMatchObject({ width: 256, height: 256 });
  expect(isNear(await pixel(bytes, 30, 128), [255, 0, 0])).toBe(true);
  expect((await pixel(bytes, 30, 5))[3]).toBe(0);
});

test('an icon of older systems is unpacked, with its transparency', async () => {
  // 16 × 16: red is a run and then single samples, green a run of nothing, blue the rest.
  const run = (value: number): Buffer => Buffer.from(Array.from({ length: 2 }, () => [253, value]).flat());
  const red = Buffer.concat([
    Buffer.from([253, 200]),
    Buffer.from([125, ...Array.from({ length: 126 }, () => 100)]),
  ]);
  const pixels = Buffer.concat([
    red,
    Buffer.from([127 + 3 - 2, 100]),
    run(10),
    Buffer.from([127, ...Array.from({ length: 128 }, () => 50)]),
    run(0),
  ]);
  const entry = (type: string, data: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.write(type);
    head.writeUInt32BE(data.length + 8, 4);
    return Buffer.concat([head, data]);
  };
  const body = Buffer.concat([entry('is32', pixels), entry('s8mk', Buffer.alloc(256, 128))]);
  const { bytes } = await converted(icns, { from: 'icns', to: 'png', input: entry('icns', body) });
  const [r, , , alpha] = await pixel(bytes, 0, 0);
  expect([r, alpha]).toEqual([200, 128]);
  expect((await pixel(bytes, 8, 10))[0]).toBe(100);
  expect(
    (await failure(icns, { from: 'icns', to: 'png', input: entry('icns', body).subarray(0, 100) })).message,
  ).toBe('"-a b.icns" is damaged or no icon of macOS.');
});

test('a drawing holds the picture on a page of its size', async () => {
  const input = await twoColours(192, 96).png().toBuffer();
  const { bytes } = await converted(odd, { from: 'png', to: 'odd', input });
  expect(bytes.toString('latin1', 30, 85)).toContain('mimetypeapplication/vnd.oasis.opendocument.graphics');
  expect(unzipped(bytes, 'styles.xml')).toContain('fo:page-width="2.0000in" fo:page-height="1.0000in"');
  expect(unzipped(bytes, 'content.xml')).toContain('xlink:href="Pictures/picture.png"');
  expect(bytes.includes(input)).toBe(true);
  expect((await failure(odd, { from: 'png', to: 'odd', input: 'no picture' })).message).toContain(
    'does not tell its size',
  );
  if (!existsSync('/usr/bin/soffice')) return;
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-odd-'));
  writeFileSync(join(folder, 'a.odg'), bytes);
  execFileSync('/usr/bin/soffice', [
    `-env:UserInstallation=file://${folder}/profile`,
    '--headless',
    '--convert-to',
    'png',
    '--outdir',
    folder,
    join(folder, 'a.odg'),
  ]);
  const drawn = readFileSync(join(folder, 'a.png'));
  const { width, height } = await sharp(drawn).metadata();
  expect(Math.abs(width / height - 2)).toBeLessThan(0.05);
  expect(isNear(await pixel(drawn, Math.floor(width / 8), Math.floor(height / 2)), [255, 0, 0])).toBe(true);
  expect(isNear(await pixel(drawn, Math.floor((width * 7) / 8), Math.floor(height / 2)), [0, 0, 255])).toBe(
    true,
  );
});
