// 200 photos → WebP at 1600 pixels and a thumbnail each, by the real command line, against a bare sharp script that does
// the same work at the concurrency that is best for it on this machine. Both are whole processes, started in turn, so
// that a slow machine slows both; the median of the rounds' ratios counts. Prints one JSON line.
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
const bar = 0.85;
const count = Number(process.argv[2] ?? 200);
const rounds = Number(process.argv[3] ?? 3);
const cpus = os.availableParallelism();
const folder = mkdtempSync(path.join(os.tmpdir(), 'pipeline-images-'));

try {
  await makePhotos();
  writeFileSync(path.join(folder, 'pipeline.yaml'), pipelineText());
  writeFileSync(path.join(folder, 'bare.mjs'), bareScript());
  const best = bestBare();
  const times = { bare: [], pipeline: [] };
  for (let round = 0; round < rounds; round += 1) {
    times.bare.push(bareMs(best, 'photos'));
    times.pipeline.push(pipelineMs());
  }
  const ratio = median(times.bare.map((ms, round) => ms / times.pipeline[round]));
  process.stdout.write(
    `${JSON.stringify({
      name: `images: ${count} photos to WebP and thumbnails, speed against bare sharp`,
      value: Number(ratio.toFixed(3)),
      bar,
      ok: ratio >= bar,
      bare_ms: times.bare,
      pipeline_ms: times.pipeline,
      bare: best,
      cpus,
    })}\n`,
  );
  process.exitCode = ratio >= bar ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
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
    output_format: webp
    width: 1600
  thumbs:
    operation: thumbnail
    input: photos
    output_format: webp
    width: 320
    filename: \${{ file.stem }}-thumb.webp
  publish:
    operation: export/local
    input: [web, thumbs]
    path: public
`;
}

/** What somebody would write by hand who knows sharp well. */
function bareScript() {
  return `import { mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
const sharp = createRequire(${JSON.stringify(require.resolve('sharp'))})('sharp');
const [from, threads, atOnce] = process.argv.slice(2);
sharp.concurrency(Number(threads));
sharp.cache(false);
mkdirSync('bare');
const jobs = readdirSync(from).flatMap((name) => [
  () => sharp(from + '/' + name).autoOrient().keepMetadata()
    .resize({ width: 1600, withoutEnlargement: true }).webp().toFile('bare/' + name + '.webp'),
  () => sharp(from + '/' + name).autoOrient()
    .resize({ width: 320, withoutEnlargement: true }).webp().toFile('bare/' + name + '-thumb.webp'),
]);
const work = async () => {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job();
};
await Promise.all(Array.from({ length: Number(atOnce) }, work));
`;
}

/** Threads inside libvips × pictures at once: which suits this machine best, on a few photos. */
function bestBare() {
  const candidates = [
    { threads: 1, at_once: cpus },
    { threads: 1, at_once: cpus + 1 },
    { threads: 1, at_once: 2 * cpus },
    { threads: cpus, at_once: cpus },
    { threads: 2, at_once: Math.max(1, Math.ceil(cpus / 2)) },
  ];
  const bestMs = candidates.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 3; round += 1) {
    for (const [index, candidate] of candidates.entries()) {
      bestMs[index] = Math.min(bestMs[index], bareMs(candidate, 'few'));
    }
  }
  return candidates[bestMs.indexOf(Math.min(...bestMs))];
}

function bareMs({ threads, at_once }, from) {
  rmSync(path.join(folder, 'bare'), { recursive: true, force: true });
  // sharp runs its work on libuv's pool, which has four threads unless told otherwise.
  const env = { ...process.env, UV_THREADPOOL_SIZE: String(Math.max(4, at_once)) };
  return timed(['bare.mjs', from, String(threads), String(at_once)], { env, made: 'bare', of: from });
}

function pipelineMs() {
  rmSync(path.join(folder, 'public'), { recursive: true, force: true });
  return timed([bin, 'run', '--no-tui', 'pipeline.yaml'], { env: process.env, made: 'public', of: 'photos' });
}

/** Wall time of a whole process; it counts only when every picture is there. */
function timed(args, { env, made, of }) {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const took = performance.now() - began;
  const wanted = 2 * readdirSync(path.join(folder, of)).length;
  const found = readdirSync(path.join(folder, made)).length;
  if (status !== 0 || found !== wanted) {
    throw new Error(`${args.join(' ')}: exit ${status}, ${found} of ${wanted} pictures\n${String(stderr)}`);
  }
  return Math.round(took);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
