/**
 * A scripted run for looking at views in a real terminal and for measuring them: 1,000 files through four tasks.
 *   node demo.js [live|lines|none] [seconds]
 * Bundle it first with rolldown-demo.config.mjs beside it. Figures of the process go to the file named by DEMO_FIGURES.
 */
import { EventEmitter, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { failure } from '@pipeline/engine';
import type { JobEvent } from '@pipeline/engine';
import { createReporter } from '../../src/reporters/create-reporter.ts';
import {
  ended,
  expanded,
  jobFinished,
  jobStarted,
  percent,
  started,
  taskFinished,
  taskStarted,
} from '../reporters/scripted-run.ts';

const [kind = 'live', seconds = '20'] = process.argv.slice(2);
const lengthMs = Number(seconds) * 1000;
const atOnce = Number(process.env['DEMO_AT_ONCE'] ?? '8');
const files = Array.from({ length: 250 }, (_, index) =>
  index % 9 === 4 ? `资料/第${index}章 简介.docx` : `guide/chapter-${index}.docx`,
);
const tasks = ['pdf', 'cover', 'web', 'zip'];
const actions = tasks.flatMap((task) => files.map((file) => `${task}[${file}]`));

const script: JobEvent[] = [];
const say = (event: JobEvent): number => script.push(event);

function writeScript(): void {
  say(
    jobStarted(
      {
        docs: { operation: 'import/local' },
        pdf: { inputs: ['docs'] },
        cover: { inputs: ['pdf'] },
        web: { inputs: ['docs'] },
        zip: { inputs: ['pdf', 'web'] },
      },
      { name: 'demo' },
    ),
  );
  say(taskStarted('docs', 0));
  say(expanded('docs', 1));
  say(ended('docs', 5, { tookMs: 5, bytes: files.map(() => 45_000) }));
  say(taskFinished('docs', 6));
  for (const task of tasks) say(expanded(task, files.length));
  const stepMs = (lengthMs - 500) / (actions.length / atOnce);
  for (const [index, action] of actions.entries()) {
    const task = action.slice(0, action.indexOf('['));
    const from = 20 + Math.floor(index / atOnce) * stepMs + (index % atOnce);
    const to = from + stepMs - 2;
    if (index % files.length === 0) say(taskStarted(task, from));
    say(started(action, from));
    if (index % 2 === 0)
      for (let part = 1; part < 10; part += 1)
        say(
          percent(action, from + ((to - from) * part) / 10, { percent: part * 10, message: `page ${part}` }),
        );
    if (index % 97 === 50)
      say(
        ended(action, to, {
          tookMs: to - from,
          error: failure('bad-input', `"${action}" ends in the middle of its pixels`, {
            hint: 'copy it again from its source',
            converter: {
              name: 'sharp',
              exitCode: 1,
              stderr: 'VipsJpeg: premature end of JPEG image\nout of order read at line 1200',
            },
          }),
        }),
      );
    else if (index % 7 === 3) say(ended(action, from + 1, { tookMs: 0, status: 'cached', bytes: [12_000] }));
    else say(ended(action, to, { tookMs: to - from, bytes: [30_000] }));
    if (index % files.length === files.length - 1) say(taskFinished(task, to + 1));
  }
  script.sort((a, b) => a.ms - b.ms);
  say(jobFinished(lengthMs, { ran: 857, cached: 143, failed: 10 }, 1));
}

async function play(): Promise<void> {
  const frames = countFrames();
  const quit = new EventEmitter();
  const reporter =
    kind === 'live' || kind === 'lines'
      ? await createReporter(kind, {
          stdout: process.stdout,
          stderr: process.stderr,
          stdin: process.stdin,
          env: process.env,
          onQuit: () => quit.emit('quit'),
        })
      : undefined;
  const startedAt = performance.now();
  const before = process.cpuUsage();
  let next = 0;
  const playing = new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now() - startedAt;
      for (let event = script[next]; event !== undefined && event.ms <= now; event = script[next]) {
        next += 1;
        if (process.env['DEMO_CRASH'] !== undefined && now > 2000) throw new Error('a bug, on purpose');
        reporter?.event(event);
      }
      if (next < script.length) return;
      clearInterval(timer);
      resolve();
    }, 5);
  });
  await Promise.race([playing, once(quit, 'quit')]);
  const used = process.cpuUsage(before);
  await reporter?.close();
  const cpuMs = (used.user + used.system) / 1000;
  const figures = {
    kind,
    events: script.length,
    cpuMs,
    ofACore: cpuMs / (performance.now() - startedAt),
    bytes: process.stderr.bytesWritten,
    ...frames,
  };
  if (process.env['DEMO_FIGURES'] !== undefined)
    writeFileSync(process.env['DEMO_FIGURES'], `${JSON.stringify(figures)}\n`);
  process.exit(0);
}

/** Each picture is one write with line ends in it, at most one more for permanent lines. */
function countFrames(): { writes: number } {
  const counted = { writes: 0 };
  const write = process.stderr.write.bind(process.stderr);
  Reflect.set(process.stderr, 'write', (...parameters: Parameters<typeof write>) => {
    if (String(parameters[0]).includes('\n')) counted.writes += 1;
    return write(...parameters);
  });
  return counted;
}

writeScript();
await play();
