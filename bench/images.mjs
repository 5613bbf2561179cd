// 300 photos → WebP at 1600 and at 400 pixels each, by the real command line, against a bare sharp script that does the
// same work in the way and at the concurrency that are best for it on this machine, and against `make` with ImageMagick
// where that is installed. All are whole processes, started in turn, so that a slow machine slows all; the median of the
// rounds' ratios counts. Prints a JSON line for each.
//   node bench/images.mjs [photos] [rounds]
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(new URL('../packages/operations/package.json', import.meta.url));
const sharp = require('sharp');
const bin = fileURLToPath(new URL('../packages/cli/bin/pipeline.js', import.meta.url));
const bars = { sharp: 0.9, make: 2 };
const count = Number(process.argv[2] ?? 300);
const rounds = Number(process.argv[3] ?? 3);
const cpus = os.availableParallelism();
const folder = mkdtempSync(path.join(os.tmpdir(), 'pipeline-images-'));

try {
  await makePhotos();
  writeFileSync(path.join(folder, 'pipeline.yaml'), pipelineText());
  writeFileSync(path.join(folder, 'bare.mjs'), bareScript());
  const magick = findImageMagick();
  if (magick !== undefined) writeFileSync(path.join(folder, 'Makefile'), makefileText(magick));
  const best = bestBare();
  const times = { bare: [], pipeline: [], make: [] };
  for (let round = 0; round < rounds; round += 1) {
    times.bare.push(bareMs(best, 'photos'));
    times.pipeline.push(pipelineMs());
    if (magick !== undefined) times.make.push(makeMs());
  }
  report('bare sharp', { bar: bars.sharp, others: times.bare, ours: times.pipeline, more: { bare: best } });
  if (magick !== undefined) {
    report('make and ImageMagick', {
      bar: bars.make,
      others: times.make,
      ours: times.pipeline,
      more: { magick },
    });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function report(rival, { bar, others, ours, more }) {
  const ratio = median(others.map((ms, round) => ms / ours[round]));
  process.stdout.write(
    `${JSON.stringify({
      name: `images: ${count} photos to two WebP sizes, speed against ${rival}`,
      value: Number(ratio.toFixed(3)),
      bar,
      ok: ratio >= bar,
      their_ms: others,
      pipeline_ms: ours,
      cpus,
      ...more,
    })}\n`,
  );
  if (ratio < bar) process.exitCode = 1;
}

/** Ten different photos of 2 to 12 megapixels, the same every time, each copied often enough. */
async function makePhotos() {
  const photos = path.join(folder, 'photos');
  const few = path.join(folder, 'few');
  mkdirSync(photos);
  mkdirSync(few);
  const unique = 10;
  for (let index = 0; index < Math.min(unique, count); index += 1) {
    const file = path.join(few, `photo-${index}.jpg`);
    await photo(index, 2 + (10 * index) / (unique - 1)).toFile(file);
  }
  for (let index = 0; index < count; index += 1) {
    copyFileSync(path.join(few, `photo-${index % unique}.jpg`), path.join(photos, `photo-${index}.jpg`));
  }
}

/** Soft shapes under grain: compresses like a photo, not like a test card. */
function photo(seed, megapixels) {
  const width = Math.round(Math.sqrt((megapixels * 1e6 * 4) / 3));
  const height = Math.round((width * 3) / 4);
  let state = 1000 + seed;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  const colour = () => `hsl(${Math.round(random() * 360)} 60% ${Math.round(20 + random() * 60)}%)`;
  const shapes = Array.from({ length: 60 }, () => {
    const radius = (0.02 + random() * 0.2) * width;
    return `<circle cx="${random() * width}" cy="${random() * height}" r="${radius}" fill="${colour()}" opacity="0.6"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${colour()}"/>${shapes.join('')}</svg>`;
  const samples = Buffer.alloc(512 * 512 * 4);
  for (let index = 0; index < samples.length; index += 1)
    samples[index] = index % 4 === 3 ? 40 : random() * 256;
  const grain = { input: samples, raw: { width: 512, height: 512, channels: 4 }, tile: true };
  return sharp(Buffer.from(svg)).composite([grain]).removeAlpha().jpeg({ quality: 90 });
}

function pipelineText() {
  return `tasks:
  photos:
    operation: import/local
    path: photos/*.jpg
  web:
    operation: convert
    input: photos
    matrix: { width: [1600, 400] }
    output_format: webp
    width: \${{ matrix.width }}
    quality: 80
    filename: \${{ file.stem }}-\${{ matrix.width }}.webp
  publish:
    operation: export/local
    input: web
    path: public
`;
}

/** What somebody would write by hand who knows sharp well: the pixels of the large one serve for the small one too. */
function bareScript() {
  return `import { mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
const sharp = createRequire(${JSON.stringify(require.resolve('sharp'))})('sharp');
const [from, mode, threads, atOnce] = process.argv.slice(2);
sharp.concurrency(Number(threads));
sharp.cache(false);
mkdirSync('bare');
const webp = { quality: 80 };
const large = (name) => sharp(from + '/' + name).autoOrient().resize({ width: 1600, withoutEnlargement: true });
const small = (image) => image.resize({ width: 400, withoutEnlargement: true }).webp(webp);
const to = (name, size) => 'bare/' + name + '-' + size + '.webp';
const ways = {
  once: async (name) => {
    const { data, info } = await large(name).raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const raw = { raw: { width, height, channels } };
    await sharp(data, raw).webp(webp).toFile(to(name, 1600));
    await small(sharp(data, raw)).toFile(to(name, 400));
  },
  twice: async (name) => {
    await large(name).webp(webp).toFile(to(name, 1600));
    await small(sharp(from + '/' + name).autoOrient()).toFile(to(name, 400));
  },
};
const names = readdirSync(from);
const work = async () => {
  for (let name = names.shift(); name !== undefined; name = names.shift()) await ways[mode](name);
};
await Promise.all(Array.from({ length: Number(atOnce) }, work));
`;
}

/** How often it decodes, threads inside libvips × photos at once: what suits this machine best, on a few photos. */
function bestBare() {
  const counts = [
    { threads: 1, at_once: cpus },
    { threads: 1, at_once: 2 * cpus },
    { threads: cpus, at_once: cpus },
    { threads: 2, at_once: Math.max(1, Math.ceil(cpus / 2)) },
  ];
  const candidates = ['once', 'twice'].flatMap((decodes) => counts.map((one) => ({ decodes, ...one })));
  const bestMs = candidates.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 3; round += 1) {
    for (const [index, candidate] of candidates.entries()) {
      bestMs[index] = Math.min(bestMs[index], bareMs(candidate, 'few'));
    }
  }
  return candidates[bestMs.indexOf(Math.min(...bestMs))];
}

/** Its command of version 6 or 7; a `convert` may be anything. */
function findImageMagick() {
  return ['magick', 'convert-im6.q16'].find((command) => {
    const { status, stdout } = spawnSync(command, ['-version'], { encoding: 'utf8' });
    return status === 0 && stdout.includes('ImageMagick') && spawnSync('make', ['--version']).status === 0;
  });
}

/** One rule for each size. */
function makefileText(magick) {
  const rule = (size, geometry) =>
    `made/%-${size}.webp: photos/%.jpg\n\t${magick} $< -auto-orient -resize '${geometry}' -quality 80 $@\n`;
  return `S := $(notdir $(basename $(wildcard photos/*.jpg)))
all: $(S:%=made/%-1600.webp) $(S:%=made/%-400.webp)
${rule(1600, '1600x>')}${rule(400, '400x>')}`;
}

function makeMs() {
  rmSync(path.join(folder, 'made'), { recursive: true, force: true });
  mkdirSync(path.join(folder, 'made'));
  // Its own threads would only stand in the way of the other processes.
  const env = { ...process.env, OMP_NUM_THREADS: '1', MAGICK_THREAD_LIMIT: '1' };
  return timed('make', ['-s', `-j${cpus}`], { env, made: 'made', of: 'photos' });
}

function bareMs({ decodes, threads, at_once }, from) {
  rmSync(path.join(folder, 'bare'), { recursive: true, force: true });
  // sharp runs its work on libuv's pool, which has four threads unless told otherwise.
  const env = { ...process.env, UV_THREADPOOL_SIZE: String(Math.max(4, at_once)) };
  const args = ['bare.mjs', from, decodes, String(threads), String(at_once)];
  return timed(process.execPath, args, { env, made: 'bare', of: from });
}

function pipelineMs() {
  rmSync(path.join(folder, 'public'), { recursive: true, force: true });
  rmSync(path.join(folder, '.pipeline'), { recursive: true, force: true });
  const args = [bin, 'run', '--no-tui', 'pipeline.yaml'];
  return timed(process.execPath, args, { env: process.env, made: 'public', of: 'photos' });
}

/** Wall time of a whole process; it counts only when every picture is there. */
function timed(command, args, { env, made, of }) {
  const began = performance.now();
  const { status, stderr } = spawnSync(command, args, {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const took = performance.now() - began;
  const wanted = 2 * readdirSync(path.join(folder, of)).length;
  const found = readdirSync(path.join(folder, made)).length;
  if (status !== 0 || found !== wanted) {
    throw new Error(
      `${command} ${args.join(' ')}: exit ${status}, ${found} of ${wanted} pictures\n${String(stderr)}`,
    );
  }
  return Math.round(took);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
