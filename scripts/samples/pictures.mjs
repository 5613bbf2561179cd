// Pictures: 64 × 48 pixels, the left half red, the right half blue.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import sharp from 'sharp';
import { be32, bytes } from './kit.mjs';
import { cameraFiles, dng } from './raw/dng.mjs';
import { photos } from './raw/photos.mjs';

const width = 64;
const height = 48;

/** RGB rows. */
function pixels() {
  const data = Buffer.alloc(width * height * 3);
  for (let index = 0; index < width * height; index++)
    data[index * 3 + (index % width < width / 2 ? 0 : 2)] = 255;
  return data;
}

const picture = () => sharp(pixels(), { raw: { width, height, channels: 3 } });

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48" viewBox="0 0 64 48"><rect width="32" height="48" fill="#f00"/><rect x="32" width="32" height="48" fill="#00f"/></svg>\n`;

const bySharp = ['png', 'jpg', 'webp', 'gif', 'tiff', 'avif'];
const byMagick = [
  'bmp', 'ico', 'psd', 'tga', 'ppm', 'pnm', 'pbm', 'pgm', 'pam', 'pcx', 'dds', 'hdr', 'wbmp', 'xbm', 'xpm',
  'sgi', 'miff', 'psb', 'jp2', 'j2k', 'dcx', 'dpx', 'cin', 'pict', 'sun',
]; // prettier-ignore

/** What Debian's ImageMagick does not write, or not as today's. */
const byLibrary =
  'aai ase aseprite exr farbfeld ff fits fl32 g3 icb jng jpc jps mng mtv otb palm pct pfm phm ptif ras viff vips vst vda xv vicar'.split(
    ' ',
  );

export const recipes = [
  ...bySharp.map((extension) => ({
    extension,
    how: 'sharp',
    make: async (kit) => {
      const encoded = picture().toFormat(extension, extension === 'jpg' ? { quality: 90 } : {});
      kit.write(extension, await encoded.toBuffer());
    },
  })),
  ...byMagick.map((extension) => ({
    extension,
    how: 'ImageMagick',
    make: (kit) => kit.run('convert-im6.q16', kit.sample('png'), `${extension}:${kit.sample(extension)}`),
  })),
  ...byLibrary.map((extension) => ({
    extension,
    how: "ImageMagick's library",
    make: (kit) => byMagickLibrary(kit, extension),
  })),
  {
    extension: 'cur',
    how: 'the icon as a cursor',
    make: (kit) => {
      const cursor = kit.read('ico');
      cursor.writeUInt16LE(2, 2);
      cursor.writeUInt32LE(0, 10);
      kit.write('cur', cursor);
    },
  },
  { extension: 'svg', how: 'written by hand', make: (kit) => kit.write('svg', svg) },
  {
    extension: 'svgz',
    how: 'gzip of the SVG',
    make: (kit) => kit.write('svgz', kit.pipe(svg, 'gzip', '-nc')),
  },
  {
    extension: 'heic',
    how: 'heif-enc',
    make: (kit) => void kit.run('heif-enc', '-o', kit.sample('heic'), kit.sample('png')),
  },
  {
    extension: 'jxl',
    how: 'cjxl',
    make: (kit) => void kit.run('cjxl', kit.sample('png'), kit.sample('jxl')),
  },
  {
    extension: 'apng',
    how: 'ffmpeg, one second of ten frames',
    make: (kit) =>
      void kit.run(
        'ffmpeg',
        '-y',
        '-framerate',
        '10',
        '-loop',
        '1',
        '-i',
        kit.sample('png'),
        '-frames:v',
        '10',
        '-plays',
        '0',
        kit.sample('apng'),
      ),
  },
  {
    extension: 'icns',
    how: 'png2icns of a 32-pixel square',
    make: async (kit) => {
      const square = picture()
        .resize(32, 32, { fit: 'fill', kernel: 'nearest' })
        .ensureAlpha()
        .png({ palette: false });
      await square.toFile(kit.work('icon.png'));
      kit.run('png2icns', kit.sample('icns'), kit.work('icon.png'));
    },
  },
  { extension: 'qoi', how: 'written by hand', make: (kit) => kit.write('qoi', qoi()) },
  { extension: 'xcf', how: 'written by hand: one layer of one tile', make: (kit) => kit.write('xcf', xcf()) },
  {
    extension: 'dng',
    how: 'written by hand: a colour filter array in TIFF',
    make: (kit) => kit.write('dng', dng()),
  },
  ...cameraFiles.map(({ extension, make }) => ({
    extension,
    how: 'written by hand: a colour filter array in TIFF, as this maker lays it out; no camera took it',
    make: (kit) => kit.write(extension, make()),
  })),
  ...photos.map(({ extension, how, make }) => ({
    extension,
    how: `written by hand: ${how}; no camera took it`,
    make: async (kit) => kit.write(extension, await make()),
  })),
];

let library;

async function byMagickLibrary(kit, extension) {
  const require = createRequire(new URL('../../packages/operations/package.json', import.meta.url));
  library ??= (async () => {
    const magick = await import(require.resolve('@imagemagick/magick-wasm').replace('.umd.cjs', '.js'));
    await magick.initializeImageMagick(readFileSync(require.resolve('@imagemagick/magick-wasm/magick.wasm')));
    return magick;
  })();
  const { ImageMagick } = await library;
  ImageMagick.read(kit.read('png'), (image) => {
    image.depth = 8;
    image.write(extension.toUpperCase(), (data) => kit.write(extension, Buffer.from(data)));
  });
}

/** Every pixel in full: 0xfe r g b. */
function qoi() {
  const data = pixels();
  const body = [];
  for (let at = 0; at < data.length; at += 3) body.push(0xfe, data[at], data[at + 1], data[at + 2]);
  return bytes('qoif', be32(width), be32(height), [3, 0], body, [0, 0, 0, 0, 0, 0, 0, 1]);
}

/** https://developer.gimp.org/core/standards/xcf/ version 0. */
function xcf() {
  const property = (type, ...data) => bytes(be32(type), be32(bytes(...data).length), ...data);
  const end = property(0);
  const name = bytes(be32(11), 'Background\0');
  const image = bytes('gimp xcf file\0', be32(width), be32(height), be32(0), property(17, [1]), end);
  // Pointers: one layer, the end of layers, the end of channels.
  const layerAt = image.length + 12;
  const layerHead = bytes(
    be32(width),
    be32(height),
    be32(0),
    name,
    property(6, be32(255)),
    property(8, be32(1)),
    end,
  );
  const hierarchyAt = layerAt + layerHead.length + 8;
  const levelAt = hierarchyAt + 12 + 8;
  const tileAt = levelAt + 8 + 8;
  return bytes(
    image, be32(layerAt), be32(0), be32(0),
    layerHead, be32(hierarchyAt), be32(0),
    be32(width), be32(height), be32(3), be32(levelAt), be32(0),
    be32(width), be32(height), be32(tileAt), be32(0),
    ...packed(),
  ); // prettier-ignore
}

/** Red, green and blue, each in runs: length - 1, value. */
function packed() {
  const half = width / 2 - 1;
  const channel = (left, right) =>
    Buffer.from(Array.from({ length: height }, () => [half, left, half, right]).flat());
  return [channel(255, 0), channel(0, 0), channel(0, 255)];
}
