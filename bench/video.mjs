// A 1080p clip → H.264 at 1080, 720 and 480 lines and a poster, by the real command line, against the best single ffmpeg
// command for the same work: one decode, three outputs, and a second, short command for the poster. Both are whole
// processes, started in turn, so that a slow machine slows both; the median of the rounds' ratios counts. Prints one JSON line.
//   node bench/video.mjs [seconds] [rounds]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../packages/cli/bin/pipeline.js', import.meta.url));
const bar = 1.1;
const seconds = Number(process.argv[2] ?? 60);
const rounds = Number(process.argv[3] ?? 3);
const heights = [1080, 720, 480];
const folder = mkdtempSync(path.join(os.tmpdir(), 'pipeline-video-'));
const poster = Math.min(5, seconds / 2);

try {
  makeClip();
  writeFileSync(path.join(folder, 'pipeline.yaml'), pipelineText());
  // Threads inside x264: its own choice, or one for each of the three.
  const candidates = [[], ['-threads', '1']];
  const times = { ffmpeg: candidates.map(() => []), pipeline: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, threads] of candidates.entries()) times.ffmpeg[index].push(ffmpegMs(threads));
    times.pipeline.push(pipelineMs());
  }
  const best = times.ffmpeg.toSorted((left, right) => median(left) - median(right))[0];
  const ratio = median(times.pipeline.map((ms, round) => ms / best[round]));
  process.stdout.write(
    `${JSON.stringify({
      name: `video: ${seconds} s of 1080p to three renditions and a poster, time against the best single ffmpeg`,
      value: Number(ratio.toFixed(3)),
      bar,
      ok: ratio <= bar,
      ffmpeg_ms: times.ffmpeg,
      pipeline_ms: times.pipeline,
      cpus: os.availableParallelism(),
    })}\n`,
  );
  process.exitCode = ratio <= bar ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A moving test card under film grain: the same every time. */
function makeClip() {
  const card = `testsrc2=size=1920x1080:rate=30:duration=${seconds}`;
  run('ffmpeg', [
    '-v',
    'error',
    '-y',
    '-f',
    'lavfi',
    '-i',
    card,
    '-f',
    'lavfi',
    '-i',
    `sine=frequency=300:duration=${seconds}`,
    '-vf',
    'noise=alls=6:allf=t:all_seed=100,format=yuv420p',
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-crf',
    '21',
    '-c:a',
    'aac',
    '-b:a',
    '128k',
    'clip.mp4',
  ]);
}

function rendition(height) {
  return `  h${height}:
    operation: convert
    input: clip
    output_format: mp4
    height: ${height}
    preset: veryfast
    crf: 23
    audio_bitrate: 128
    filename: clip-${height}.mp4
`;
}

function pipelineText() {
  return `tasks:
  clip:
    operation: import/local
    path: clip.mp4
${heights.map(rendition).join('')}  poster:
    operation: thumbnail
    input: clip
    output_format: jpg
    width: 1920
    timestamp: "${poster}"
    filename: clip.jpg
  publish:
    operation: export/local
    input: [${heights.map((height) => `h${height}`).join(', ')}, poster]
    path: public
`;
}

/** What somebody would write by hand who knows ffmpeg well. */
function ffmpegMs(threads) {
  const quiet = ['-nostdin', '-v', 'error', '-y'];
  const encode = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p', ...threads];
  const sound = ['-c:a', 'aac', '-b:a', '128k', '-movflags', '+faststart'];
  const graph = '[0:v]split=3[h1080][b][c];[b]scale=-2:720[h720];[c]scale=-2:480[h480]';
  const outputs = heights.flatMap((height) => [
    '-map',
    `[h${height}]`,
    '-map',
    '0:a',
    ...encode,
    ...sound,
    `bare/clip-${height}.mp4`,
  ]);
  const still = ['-ss', String(poster), '-i', 'clip.mp4', '-frames:v', '1', '-q:v', '3', 'bare/clip.jpg'];
  fresh('bare');
  const began = performance.now();
  run('ffmpeg', [...quiet, '-i', 'clip.mp4', '-filter_complex', graph, ...outputs]);
  run('ffmpeg', [...quiet, ...still]);
  return checked('bare', performance.now() - began);
}

function pipelineMs() {
  rmSync(path.join(folder, 'public'), { recursive: true, force: true });
  rmSync(path.join(folder, '.pipeline'), { recursive: true, force: true });
  const began = performance.now();
  run(process.execPath, [bin, 'run', '--no-tui', 'pipeline.yaml']);
  return checked('public', performance.now() - began);
}

function fresh(name) {
  rmSync(path.join(folder, name), { recursive: true, force: true });
  mkdirSync(path.join(folder, name));
}

/** It counts only when every output is there and whole. */
function checked(dir, ms) {
  for (const height of heights) {
    const probed = run('ffprobe', [
      '-v',
      'error',
      '-select_streams',
      'v',
      '-show_entries',
      'stream=height,nb_frames',
      '-of',
      'csv=p=0',
      path.join(dir, `clip-${height}.mp4`),
    ]);
    const [found, frames] = probed.split(',').map(Number);
    if (found !== height || Math.abs(frames - seconds * 30) > 1)
      throw new Error(`${dir} ${height}: ${probed}`);
  }
  if (statSync(path.join(folder, dir, 'clip.jpg')).size < 2000) throw new Error(`${dir}: no poster`);
  return Math.round(ms);
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

function median(values) {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
