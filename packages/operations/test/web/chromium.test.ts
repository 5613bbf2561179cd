/** Local HTML files by the Chromium of this machine: options, what a document may show, and what it must not reach. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { convert } from '../../src/operations/convert.ts';
import { browserArgs } from '../../src/converters/chromium/chromium-browser.ts';
import { pageSettings, settingsProblem } from '../../src/converters/chromium/chromium-settings.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { pdfText, tinyPng } from '../documents/documents.ts';
import { newFolder } from '../places/action.ts';
import { serve } from '../places/loopback.ts';
import { done, failureOf, pageSizes, perform } from './web-action.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];
afterAll(closeHosts);

test('options become what the browser takes', () => {
  expect(pageSettings({}).print).toMatchObject({
    width: '21cm',
    height: '29.7cm',
    margin: { top: '10mm', left: '10mm' },
    scale: 1,
    printBackground: true,
    displayHeaderFooter: false,
  });
  expect(pageSettings({ zoom: 2, screen_width: 1000, screen_height: 500 }).view).toEqual({
    width: 500,
    height: 250,
    scale: 2,
    isWindowOnly: true,
    media: undefined,
  });
  expect(pageSettings({ pages: '1-3, 5', page_size: 'letter', margin_top: 0 }).print).toMatchObject({
    width: '21.59cm',
    pageRanges: '1-3,5',
    margin: { top: '0mm' },
  });
  expect(settingsProblem({ zoom: 5 }, 'png')).toBeUndefined();
  expect(settingsProblem({ zoom: 5 }, 'pdf')).toContain('`zoom` is 5');
});

test('the browser has no network for documents, and its own sandbox unless it is root', () => {
  const offline = browserArgs({ home: '/tmp', network: false, isRoot: false });
  expect(offline).toContain('--host-resolver-rules=MAP * ~NOTFOUND');
  expect(offline).not.toContain('--no-sandbox');
  const online = browserArgs({ home: '/tmp', network: true, isRoot: true });
  expect(online.filter((flag) => flag.startsWith('--proxy'))).toEqual([]);
  expect(online).toContain('--no-sandbox');
});

describe.skipIf(findProgram('chromium') === undefined)('chromium', () => {
  test('a page with styles, images and scripts from beside it becomes a PDF and pictures', async () => {
    const files = {
      'docs/page.html':
        '<meta charset="utf-8"><link rel="stylesheet" href="../css/a%20b.css"><body><h1>Übersicht ✓</h1><img src="../red.png"><p id="p">before</p><script src="s.js"></script>',
      'docs/s.js': 'document.getElementById("p").textContent = "after"',
      'css/a b.css':
        'body { margin: 0; background: #00f } img { width: 300px; height: 150px } h1 { margin: 0; height: 50px }',
      'red.png': tinyPng,
    };
    const pdf = await done(convert, {
      files,
      options: { output_format: 'pdf', page_width: 12, page_height: 10, margin_left: 5 },
    });
    expect(pdf.converter?.name).toBe('chromium');
    expect(pdf.outputs[0]?.dir).toBe('docs');
    expect(await pageSizes(pdf.bytes)).toEqual([[120, 100]]);
    const text = await pdfText(pdf.bytes);
    expect(text).toContain('Übersicht ✓');
    expect(text).toContain('after');

    const png = await done(convert, {
      files,
      options: { output_format: 'png', screen_width: 640, screen_height: 400 },
    });
    const { data, info } = await sharp(png.bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([640, 400]);
    const pixel = (x: number, y: number): readonly number[] => [
      ...data.subarray((y * 640 + x) * 3, (y * 640 + x) * 3 + 3),
    ];
    expect(pixel(500, 100)).toEqual([0, 0, 255]);
    expect(pixel(100, 100)).toEqual([255, 0, 0]);

    const jpg = await done(convert, {
      files,
      options: { output_format: 'jpg', quality: 20, wait_for_element: 'h1', wait_time: 10 },
    });
    expect(await sharp(jpg.bytes).metadata()).toMatchObject({ format: 'jpeg', width: 1440 });
  });

  test('markdown goes by way of HTML where an option wants a browser', async () => {
    const pdf = await done(convert, {
      files: { 'a.md': '# Title\n\nSome *text*.\n' },
      options: {
        output_format: 'pdf',
        display_header_footer: true,
        header_template: '<b style="font-size:9px">TOP</b>',
      },
    });
    expect(pdf.converter?.name).toBe('pandoc+chromium');
    expect(await pdfText(pdf.bytes)).toMatch(/Title[^]*TOP/);
  });

  test('an engine of CloudConvert stands for it', async () => {
    const files = { 'a.html': '<p>hello</p>' };
    const { converter } = await done(convert, { files, options: { output_format: 'pdf', engine: 'chrome' } });
    expect(converter?.name).toBe('chromium');
  });

  test('nothing outside of the project is read, and no socket is opened', async () => {
    const { origin, requests } = await serve((_, response) => void response.end('body{color:red}'));
    const secret = path.join(newFolder(), 'secret.txt');
    writeFileSync(secret, 'CANARY');
    const hostile: Readonly<Record<string, string>> = {
      image: `<img src="${origin}/x.png">`,
      'style sheet': `<link rel="stylesheet" href="${origin}/x.css">`,
      script: `<script src="${origin}/x.js"></script>`,
      font: `<style>@font-face{font-family:x;src:url(${origin}/x.woff)}p{font-family:x}</style><p>x</p>`,
      frame: `<iframe src="${origin}/"></iframe>`,
      refresh: `<meta http-equiv="refresh" content="0;url=${origin}/">`,
      fetch: `<script>fetch('${origin}/x').catch(() => 0)</script>`,
      'local fetch': `<script>fetch('a.html').then((r) => r.text()).then((t) => document.write(t))</script>`,
      file: `<img src="file://${secret}">`,
      'file frame': `<iframe src="file://${secret}"></iframe>`,
      absolute: `<iframe src="${secret}"></iframe>`,
      climbing: `<iframe src="../../../../../../../..${secret}"></iframe>`,
      'encoded climbing': `<iframe src="..%2f..%2f..%2f..%2f..%2f..${secret.replaceAll('/', '%2f')}"></iframe>`,
      'style of the page': `<p style="background:url(${origin}/x.png)">x</p>`,
      'imported style': `<style>@import "${origin}/x.css";</style>`,
      location: `<script>location = '${origin}/'</script>`,
      missing: '<img src="none.png">',
    };
    for (const [name, body] of Object.entries(hostile)) {
      const failure = await failureOf(convert, {
        files: { 'a.html': `<p>text</p>${body}` },
        options: { output_format: 'pdf', engine: 'chromium', wait_time: 100 },
      });
      expect([name, failure.type]).toEqual([name, name === 'missing' ? 'not-found' : 'refused']);
      expect(failure.message).toContain('"a.html"');
    }
    // What asks silently gets nothing.
    const quiet = await done(convert, {
      files: {
        'a.html': `<p>text</p><link rel="preconnect" href="${origin}"><link rel="dns-prefetch" href="${origin}"><script>
          new WebSocket('${origin.replace('http', 'ws')}/s');
          const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:${new URL(origin).port}' }] });
          peer.createDataChannel('x'); peer.createOffer().then((offer) => peer.setLocalDescription(offer));
        </script>`,
      },
      options: { output_format: 'pdf', engine: 'chromium', wait_time: 500 },
    });
    expect(await pdfText(quiet.bytes)).toContain('text');
    expect(requests).toEqual([]);
  });

  test('a page that leaves while it is drawn is refused for that, or was drawn before', async () => {
    const { origin, requests } = await serve((_, response) => void response.end('elsewhere'));
    for (const afterMs of [100, 110, 120, 130, 140, 150]) {
      const { result } = await perform(convert, {
        files: {
          'a.html': `<p>text</p><script>setTimeout(() => { location = '${origin}/' }, ${afterMs})</script>`,
        },
        options: { output_format: 'pdf', engine: 'chromium', wait_time: 100 },
      });
      if (!result.ok) expect(result.error).toMatchObject({ type: 'refused' });
    }
    expect(requests).toEqual([]);
  });

  test('an empty file, one that is something else, and a script without end fail with a reason', async () => {
    const options = { output_format: 'pdf', engine: 'chromium' };
    expect(await failureOf(convert, { files: { 'a.html': '' }, options })).toMatchObject({
      type: 'bad-input',
    });
    expect(await failureOf(convert, { files: { 'a.html': tinyPng }, options })).toMatchObject({
      type: 'bad-input',
    });
    const signal = AbortSignal.timeout(2500);
    const endless = { files: { 'a.html': '<script>for(;;);</script>' }, options, signal };
    expect(await failureOf(convert, endless)).toMatchObject({ type: 'cancelled' });
  });

  test('when the hosts are closed, no browser is left', async () => {
    await done(convert, {
      files: { 'a.html': '<p>hello</p>' },
      options: { output_format: 'pdf', engine: 'chromium' },
    });
    expect(descendants('chromium').length).toBeGreaterThan(0);
    await closeHosts();
    for (let tries = 0; descendants('chromium').length > 0 && tries < 40; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(descendants('chromium')).toEqual([]);
  });
});

const seen = new Set<number>();

/** Programs of this name below this process, or once seen there; by /proc. */
function descendants(name: string): readonly number[] {
  const facts = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && existsSync(`/proc/${entry}/stat`))
    .flatMap((entry) => {
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
        const command = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return [{ pid: Number(entry), parent: Number(parent), command, state }];
      } catch {
        return [];
      }
    });
  const below = (pid: number): readonly number[] =>
    facts.filter(({ parent }) => parent === pid).flatMap((child) => [child.pid, ...below(child.pid)]);
  for (const pid of below(process.pid))
    if (facts.some((fact) => fact.pid === pid && fact.command === name)) seen.add(pid);
  return facts.filter(({ pid, state }) => seen.has(pid) && state !== 'Z').map(({ pid }) => pid);
}
