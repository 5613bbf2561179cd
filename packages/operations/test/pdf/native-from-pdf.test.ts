/** PDF pages drawn by the installed poppler, inside of HTML. */
import { afterAll, expect, test } from 'vitest';
import { convert } from '../../src/operations/convert.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { closeReaper } from '../../src/programs/reaper.ts';
import { done, failed, locked, pdfOf } from './pdf-files.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];

afterAll(async () => {
  await closeHosts();
  await closeReaper();
});

test.skipIf(findProgram('poppler') === undefined)(
  'bg_format: svg gives drawings, of the pages asked for',
  async () => {
    const options = { output_format: 'html', engine: 'pdf-pages', bg_format: 'svg', pages: '2-3' };
    const made = await done(convert, { operation: 'convert', input: await pdfOf({ pages: 3 }), options });
    const drawings = [...made.bytes.toString().matchAll(/data:image\/svg\+xml;base64,([^"]+)/g)];
    expect(drawings.length).toBe(2);
    expect(Buffer.from(drawings[0]?.[1] ?? '', 'base64').toString()).toMatch(/<svg[^>]+300/);
    expect(made.bytes.toString()).toContain('>Page 3</text>');
  },
);

test.skipIf(findProgram('poppler') === undefined)('bg_format: svg opens what a password locks', async () => {
  const input = await locked(await pdfOf({ pages: 1 }), { user: 'sesame', owner: 'b' });
  const options = { output_format: 'html', engine: 'pdf-pages', bg_format: 'svg' };
  const opened = { ...options, password: 'sesame' };
  const made = await done(convert, { operation: 'convert', input, options: opened });
  expect(made.bytes.toString()).toContain('data:image/svg+xml;base64,');
  expect(made.bytes.toString()).toContain('>Page 1</text>');
  const wrong = { ...options, password: 'x' };
  expect(await failed(convert, { operation: 'convert', input, options: wrong })).toMatchObject({
    code: 'WRONG_PASSWORD',
  });
  expect(await failed(convert, { operation: 'convert', input, options })).toMatchObject({
    code: 'PASSWORD_REQUIRED',
  });
});
