/** Pages of a loopback server as PDF and picture, by the Chromium of this machine: every option, and what goes wrong. */
import type { RequestListener } from 'node:http';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { captureWebsite } from '../../src/operations/capture-website.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { anyNetwork } from '../../src/http/network.ts';
import { findProgram, programVersion } from '../../src/programs/find-program.ts';
import { pdfText } from '../documents/documents.ts';
import { serve } from '../places/loopback.ts';
import type { Loopback } from '../places/loopback.ts';
import { colorAt, done, failureOf, firstRed, pageSizes, perform } from './web-action.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];
afterAll(closeHosts);

const html = (body: string, head = ''): string =>
  `<!DOCTYPE html><html><head><title>The title</title>${head}</head><body style="margin:0">${body}</body></html>`;

async function site(pages: Readonly<Record<string, string | RequestListener>>): Promise<Loopback> {
  return await serve((request, response) => {
    const page = pages[request.url ?? ''];
    if (page === undefined) response.writeHead(404).end('<h1>not here</h1>');
    else if (typeof page === 'string')
      response.setHeader('content-type', 'text/html; charset=utf-8').end(page);
    else page(request, response);
  });
}

const capture = (options: Parameters<typeof done>[1]['options']) =>
  done(captureWebsite(anyNetwork), { operation: 'capture-website', options });
const failed = (options: Parameters<typeof done>[1]['options']) =>
  failureOf(captureWebsite(anyNetwork), { operation: 'capture-website', options });

const textOf = async (options: Parameters<typeof capture>[0]): Promise<string> =>
  await pdfText((await capture({ output_format: 'pdf', ...options })).bytes);

async function pixel(png: Buffer, x: number, y: number): Promise<readonly number[]> {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return [...data.subarray(at, at + 3)];
}

describe.skipIf(findProgram('chromium') === undefined)('capture-website', () => {
  test('a PDF: size, margins, scale, pages, text', async () => {
    const { origin } = await site({
      '/a': html(
        '<h1>First page</h1><h1 style="break-before:page">Second page</h1><h1 style="break-before:page">Third</h1>',
      ),
    });
    const whole = await capture({ url: `${origin}/a`, output_format: 'pdf' });
    expect(whole.name).toBe('a.pdf');
    expect(whole.planned).toMatchObject({
      ok: true,
      value: { converter: { name: 'chromium' }, outputs: [{ dir: '', name: 'a.pdf' }] },
    });
    expect(await pageSizes(whole.bytes)).toEqual([
      [210, 297],
      [210, 297],
      [210, 297],
    ]);
    expect(await pdfText(whole.bytes)).toContain('Second page');

    const small = await capture({
      url: `${origin}/a`,
      output_format: 'pdf',
      page_width: 10,
      page_height: 15,
      margin_top: 20,
      margin_bottom: 5,
      margin_left: 30,
      margin_right: 5,
      zoom: 0.5,
      pages: '2-3',
      filename: 'small.pdf',
    });
    expect(small.name).toBe('small.pdf');
    expect(await pageSizes(small.bytes)).toEqual([
      [100, 150],
      [100, 150],
    ]);
    const text = await pdfText(small.bytes);
    expect(text).toContain('Second page');
    expect(text).not.toContain('First page');
  });

  test('margins move the content', async () => {
    const { origin } = await site({
      '/': html('<div style="background:#f00;height:50px;width:50px"></div>'),
    });
    const edge = async (margin: number): Promise<readonly number[]> => {
      const { bytes } = await capture({
        url: `${origin}/`,
        output_format: 'pdf',
        margin_top: margin,
        margin_left: margin,
      });
      return await firstRed(bytes);
    };
    const [left = 0, top = 0] = await edge(40);
    expect([Math.round(left), Math.round(top)]).toEqual([40, 40]);
    const [zeroLeft = 1, zeroTop = 1] = await edge(0);
    expect([Math.round(zeroLeft), Math.round(zeroTop)]).toEqual([0, 0]);
  });

  test('backgrounds, header and footer, style sheets for print and screen', async () => {
    const style = '<style>@media print{.s{display:none}}@media screen{.p{display:none}}</style>';
    const { origin } = await site({
      '/': html(
        '<div style="background:#0f0;height:900px"><p class="s">On screen</p><p class="p">On paper</p></div>',
        style,
      ),
    });
    const url = `${origin}/`;
    const plain = await capture({ url, output_format: 'pdf', margin_top: 0, margin_left: 0 });
    expect(plain.name).toBe('127.0.0.1.pdf');
    expect(await colorAt(plain.bytes)).toEqual([0, 255, 0]);
    expect(await pdfText(plain.bytes)).toMatch(/On paper/);

    const white = await capture({
      url,
      output_format: 'pdf',
      print_background: false,
      css_media_type: 'screen',
      margin_top: 0,
      margin_left: 0,
    });
    expect(await colorAt(white.bytes)).toEqual([255, 255, 255]);
    const onScreen = await pdfText(white.bytes);
    expect(onScreen).toContain('On screen');
    expect(onScreen).not.toContain('On paper');

    const headed = await capture({
      url,
      output_format: 'pdf',
      display_header_footer: true,
      header_template: '<div style="font-size:10px">HEAD <span class="title"></span></div>',
      footer_template:
        '<div style="font-size:10px">page <span class="pageNumber"></span> of <span class="totalPages"></span></div>',
      margin_top: 20,
      margin_bottom: 20,
    });
    const text = await pdfText(headed.bytes);
    expect(text).toContain('HEAD The title');
    expect(text).toMatch(/page 1 of \d/);
    expect(await pdfText(plain.bytes)).not.toContain('The title');
  });

  test('pictures: the whole page, a window of a size, zoom, print style, JPEG', async () => {
    const { origin } = await site({
      '/': html(
        '<div style="height:2000px;background:linear-gradient(#f00,#f00 1000px,#00f 1000px)"></div>',
        '<style>@media print{div{filter:invert(1)}}</style>',
      ),
    });
    const url = `${origin}/`;
    const whole = await capture({ url, output_format: 'png' });
    expect(await sharp(whole.bytes).metadata()).toMatchObject({ format: 'png', width: 1440, height: 2000 });
    expect(await pixel(whole.bytes, 10, 10)).toEqual([255, 0, 0]);
    expect(await pixel(whole.bytes, 10, 1990)).toEqual([0, 0, 255]);

    const window = await capture({ url, output_format: 'jpg', screen_width: 800, screen_height: 600 });
    expect(await sharp(window.bytes).metadata()).toMatchObject({ format: 'jpeg', width: 800, height: 600 });

    const zoomed = await capture({ url, output_format: 'png', screen_width: 600, zoom: 2 });
    expect(await sharp(zoomed.bytes).metadata()).toMatchObject({ width: 600, height: 4000 });

    const print = await capture({ url, output_format: 'png', screen_height: 100, css_media_type: 'print' });
    expect(await pixel(print.bytes, 10, 10)).toEqual([0, 255, 255]);
  });

  test('it waits: for the events, for quiet, for an element, for a time', async () => {
    const late =
      '<p id="a">early</p><script>fetch("/slow").then((r)=>r.text()).then((t)=>{a.textContent=t;a.className="ready"})</script>';
    const { origin } = await site({
      '/': html(late),
      '/timer': html('<p id="a">early</p><script>setTimeout(()=>{a.textContent="late"},700)</script>'),
      '/slow': (_, response) => void setTimeout(() => response.end('late'), 900),
      '/waiting': html(
        '<p id="a">early</p><script>fetch("/never").then(()=>{a.textContent="late"})</script>',
      ),
      '/stuck': html('<p>stuck but there</p><img src="/never">'),
      '/never': () => undefined,
      '/busy': html(
        '<p id="a">early</p><script>fetch("/never");fetch("/slow").then((r)=>r.text()).then((t)=>{a.textContent=t})</script>',
      ),
    });
    expect(await textOf({ url: `${origin}/waiting` })).toContain('early');
    expect(await textOf({ url: `${origin}/`, wait_until: 'networkidle0' })).toContain('late');
    expect(await textOf({ url: `${origin}/busy`, wait_until: 'networkidle2', wait_time: 2000 })).toContain(
      'late',
    );
    expect(await textOf({ url: `${origin}/`, wait_for_element: 'p.ready' })).toContain('late');
    expect(await textOf({ url: `${origin}/timer`, wait_time: 2000 })).toContain('late');
    expect(await textOf({ url: `${origin}/stuck`, wait_until: 'domcontentloaded' })).toContain(
      'stuck but there',
    );
  });

  test('headers go to the page itself, not to other hosts, and not along with a redirect', async () => {
    const other = await site({
      '/x.png': (_, response) => void response.end(),
      '/landed': html('<p>landed</p>'),
    });
    const { origin, requests } = await site({
      '/': html(`<p>hello</p><img src="${other.origin}/x.png"><img src="/own.png">`),
      '/own.png': (_, response) => void response.end(),
      '/away': (_, response) => void response.writeHead(302, { location: `${other.origin}/landed` }).end(),
    });
    const headers = { Authorization: 'Bearer abc', 'X-Test': 'yes' };
    await capture({ url: `${origin}/`, output_format: 'pdf', headers });
    const asked = requests.filter(({ url }) => url !== '/favicon.ico');
    expect(asked.map(({ url, headers: sent }) => [url, sent.authorization, sent['x-test']])).toEqual([
      ['/', 'Bearer abc', 'yes'],
      ['/own.png', 'Bearer abc', 'yes'],
    ]);
    const away = await capture({ url: `${origin}/away`, output_format: 'pdf', headers });
    expect(await pdfText(away.bytes)).toContain('landed');
    const elsewhere = other.requests.filter(({ url }) => url !== '/favicon.ico');
    expect(elsewhere.map(({ url, headers: sent }) => [url, sent.authorization])).toEqual([
      ['/x.png', undefined],
      ['/landed', undefined],
    ]);
  });

  test('what goes wrong says why', async () => {
    const { origin } = await site({
      '/private': (_, response) => void response.writeHead(401).end('no'),
      '/down': (_, response) => void response.writeHead(503).end('no'),
      '/loop': (_, response) => void response.writeHead(302, { location: '/loop' }).end(),
      '/file': (_, response) =>
        void response
          .writeHead(200, { 'content-type': 'application/zip', 'content-disposition': 'attachment' })
          .end('PK'),
      '/one': html('<p>one page</p>'),
      '/tall': html('<div style="height:20000px">tall</div>'),
    });
    const pdf = { output_format: 'pdf' };
    expect(await failed({ url: `${origin}/none`, ...pdf })).toMatchObject({
      type: 'not-found',
      message: expect.stringContaining('404 Not Found'),
    });
    expect(await failed({ url: `${origin}/private`, ...pdf })).toMatchObject({
      type: 'refused',
      hint: expect.stringContaining('headers'),
    });
    expect(await failed({ url: `${origin}/down`, ...pdf })).toMatchObject({
      type: 'network',
      isTransient: true,
    });
    expect(await failed({ url: `${origin}/loop`, ...pdf })).toMatchObject({
      type: 'network',
      message: expect.stringContaining('redirects without end'),
    });
    expect(await failed({ url: `${origin}/file`, ...pdf })).toMatchObject({
      message: expect.stringContaining('a file to be downloaded'),
      hint: expect.stringContaining('import/url'),
    });
    expect(await failed({ url: 'http://127.0.0.1:9/', ...pdf })).toMatchObject({ type: 'network' });
    expect(await failed({ url: 'http://no-such-host.invalid/', ...pdf })).toMatchObject({
      type: 'network',
      message: expect.stringContaining('no such host'),
    });
    expect(await failed({ url: `${origin}/one`, ...pdf, pages: '3-4' })).toMatchObject({
      type: 'unsupported',
      message: expect.stringContaining('fewer pages'),
    });
    expect(await failed({ url: `${origin}/one`, ...pdf, wait_for_element: '..[' })).toMatchObject({
      message: expect.stringContaining('no CSS selector'),
    });
    expect(await failed({ url: `${origin}/tall`, output_format: 'png' })).toMatchObject({
      type: 'too-large',
      hint: expect.stringContaining('screen_height'),
    });
  });

  test('options without a meaning, and engines that are not here, fail before the run', async () => {
    const url = 'http://127.0.0.1:9/';
    const refused: readonly (readonly [Parameters<typeof failed>[0], string])[] = [
      [{ output_format: 'png', pages: '1' }, '`pages` has no meaning for png'],
      [{ output_format: 'png', margin_top: 4 }, '`margin_top`'],
      [{ output_format: 'jpg', display_header_footer: true }, '`display_header_footer`'],
      [{ output_format: 'pdf', screen_width: 400 }, '`screen_width`'],
      [{ output_format: 'pdf', zoom: 3 }, '`zoom` is 3'],
      [{ output_format: 'pdf', header_template: '<b>x</b>' }, 'display_header_footer: true'],
      [{ output_format: 'pdf', page_width: 1, margin_left: 9 }, 'no room'],
      [{ output_format: 'pdf', engine: 'wkhtml' }, '"wkhtml"'],
      [{ output_format: 'pdf', engine: 'chrome', engine_version: '75' }, 'engine_version 75'],
    ];
    for (const [options, message] of refused) {
      const { planned } = await perform(captureWebsite(anyNetwork), {
        operation: 'capture-website',
        options: { url, ...options },
      });
      expect(planned).toMatchObject({
        ok: false,
        error: { code: 'INVALID_OPTION', message: expect.stringContaining(message) },
      });
    }
    const major = (await programVersion('chromium'))?.split('.')[0] ?? '';
    const { planned } = await perform(captureWebsite(anyNetwork), {
      operation: 'capture-website',
      options: { url, output_format: 'pdf', engine: 'chrome', engine_version: major },
    });
    expect(planned.ok).toBe(true);
  });

  test('a cancelled capture leaves nothing behind', async () => {
    const { origin } = await site({ '/': html('<img src="/never">'), '/never': () => undefined });
    const signal = AbortSignal.timeout(1500);
    const { result } = await perform(captureWebsite(anyNetwork), {
      operation: 'capture-website',
      options: { url: `${origin}/`, output_format: 'pdf' },
      signal,
    });
    expect(result).toMatchObject({ ok: false, error: { type: 'cancelled' } });
  });
});
