/** A host process with a module of the test's own: it does what the job says. */
import { writeSync } from 'node:fs';
import { serveHosts } from '../../dist/host/serve-hosts.js';
import { ConversionError } from '../../dist/host/protocol.js';

// Of the kind of message that made the library load.
let message;
let loadedFor;
process.on('message', ({ type }) => {
  message = type;
});

const deeds = {
  echo: (job, report) => {
    report(10.2);
    report(10.9);
    report(null);
    return {
      said: job.say,
      pid: process.pid,
      loadedFor,
      environment: Object.keys(process.env).sort(),
      cwd: process.cwd(),
    };
  },
  refuse: () => {
    throw new ConversionError('bad-input', '"a.png" is not an image.', 'Save it again.');
  },
  throw: () => {
    throw new TypeError('x is not a function');
  },
  exit: () => {
    writeSync(2, 'first line\nassertion failed: x > 0\n');
    process.exit(7);
  },
  abort: () => process.abort(),
  print: () => {
    process.stdout.write('noise');
    return {};
  },
  spin: (job, report) => {
    report(1);
    for (;;) Math.random();
  },
  grow: () => {
    const kept = [];
    for (;;) kept.push(Buffer.alloc(16 * 2 ** 20, 1));
  },
  waitFor: async (job, report) => {
    const { watch } = await import('node:fs');
    await new Promise((resolve) => {
      watch(job.folder, resolve);
      report(5);
    });
    return { pid: process.pid };
  },
};

const host = { run: async (job, report) => deeds[job.do](job, report) };
const kinds = ['sharp', 'svgo', 'pdfium', 'pandoc', 'typst'];
const load = async () => {
  loadedFor = message;
  return { host };
};
serveHosts(Object.fromEntries(kinds.map((kind) => [kind, load])));
