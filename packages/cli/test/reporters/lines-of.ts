/** A run that went well, and what the lines reporter says of any run. */
import type { JobEvent } from '@pipeline/engine';
import { expect } from 'vitest';
import { createReporter } from '../../src/reporters/create-reporter.ts';
import type { Verbosity } from '../../src/reporters/reporter.ts';
import { fakeClock } from './fake-clock.ts';
import { MemoryStream } from './memory-stream.ts';
import {
  ended,
  expanded,
  jobFinished,
  jobStarted,
  percent,
  started,
  taskFinished,
  taskStarted,
} from './scripted-run.ts';

interface Options {
  readonly columns?: number;
  readonly verbosity?: Verbosity;
  readonly env?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
}

export async function lines(
  events: readonly JobEvent[],
  { columns, env = { LANG: 'C.UTF-8' }, ...options }: Options = {},
) {
  const stdout = new MemoryStream();
  const stderr = new MemoryStream(columns === undefined ? {} : { columns });
  const reporter = await createReporter('lines', { stdout, stderr, env, clock: fakeClock(), ...options });
  for (const event of events) reporter.event(event);
  await reporter.close();
  await reporter.close();
  expect(stdout.text).toBe('');
  return stderr.text;
}

export const green: readonly JobEvent[] = [
  jobStarted({
    docs: { operation: 'import/local' },
    pdf: { inputs: ['docs'] },
    out: { operation: 'export/local', inputs: ['pdf'] },
  }),
  taskStarted('docs', 0),
  expanded('docs', 1),
  started('docs', 10),
  ended('docs', 20, { tookMs: 10, bytes: [20_000, 15_000, 10_000] }),
  taskFinished('docs', 21),
  expanded('pdf', 3),
  started('pdf[a.docx]', 30),
  started('pdf[b.docx]', 30),
  started('pdf[c.docx]', 30),
  percent('pdf[a.docx]', 100, { percent: 50 }),
  ended('pdf[a.docx]', 800, { tookMs: 770, bytes: [40_000] }),
  ended('pdf[b.docx]', 900, { tookMs: 870, bytes: [50_000], message: 'File size reduced by 12%' }),
  ended('pdf[c.docx]', 1000, { tookMs: 0, status: 'cached', bytes: [60_000] }),
  taskFinished('pdf', 1000),
  expanded('out', 1),
  started('out', 1010),
  ended('out', 1020, { tookMs: 10, bytes: [40_000, 50_000, 60_000] }),
  taskFinished('out', 1021),
  jobFinished(1030, { ran: 4, cached: 1 }),
];
