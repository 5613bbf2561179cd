/**
 * The proxy between a browser and the public internet: what it lets pass, what not. Here 127.0.0.1 counts as public
 * and every other address of this machine does not, since there is no internet in a test.
 */
import http from 'node:http';
import net from 'node:net';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { inWindow } from '../../src/converters/chromium/chromium-browser.ts';
import { refusedPage, withNetwork } from '../../src/converters/chromium/chromium-network.ts';
import { startPublicProxy } from '../../src/converters/chromium/public-proxy.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { limitedNetwork, publicNetwork } from '../../src/http/network.ts';
import { captureWebsite } from '../../src/operations/capture-website.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { serve } from '../places/loopback.ts';
import { failureOf } from '../web/web-action.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];
afterAll(closeHosts);

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const network = limitedNetwork(
  (address) => address === '127.0.0.1',
  (host, _, done) => done(null, [{ address: host === 'inside.test' ? '127.0.0.2' : '127.0.0.1', family: 4 }]),
);

async function proxy() {
  const started = await startPublicProxy(network);
  closing.push(started.close);
  return { ...started, port: Number(new URL(started.url).port) };
}

const get = (port: number, path: string): Promise<{ status: number | undefined; body: string }> =>
  new Promise((resolve, reject) => {
    const call = http.get({ host: '127.0.0.1', port, path, headers: { 'x-own': '1' } }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => (body += text));
      answer.on('end', () => resolve({ status: answer.statusCode, body }));
    });
    call.on('error', reject);
  });

/** What comes back on a tunnel to this target after a request in it. */
const throughTunnel = (port: number, target: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(`CONNECT ${target} HTTP/1.1\r\n\r\n`));
    let text = '';
    socket.setEncoding('utf8').on('data', (more: string) => {
      if (text === '') socket.write('GET /t HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
      text += more;
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });

describe('the proxy', () => {
  test('passes on what is public, both ways', async () => {
    const { origin, requests } = await serve((request, response) => response.end(`got ${request.url}`));
    const { port, hasRefused } = await proxy();
    expect(await get(port, `${origin}/a?b=1`)).toEqual({ status: 200, body: 'got /a?b=1' });
    expect(requests[0]?.headers).toMatchObject({ 'x-own': '1', host: new URL(origin).host });
    const named = origin.replace('127.0.0.1', 'outside.test');
    expect(await get(port, `${named}/n`)).toEqual({ status: 200, body: 'got /n' });
    expect(await throughTunnel(port, new URL(named).host)).toMatch(/^HTTP\/1.1 200 [^]*got \/t$/);
    expect(hasRefused('outside.test')).toBe(false);
  });

  test('refuses the rest, and remembers what', async () => {
    const { port, hasRefused } = await proxy();
    for (const host of ['127.0.0.2', 'inside.test', '[::1]', '169.254.169.254']) {
      expect((await get(port, `http://${host}:1/`)).status, host).toBe(403);
      expect(await throughTunnel(port, `${host}:443`), host).toMatch(/^HTTP\/1.1 403 /);
      expect(hasRefused(host)).toBe(true);
    }
    expect((await get(port, '/not-absolute')).status).toBe(400);
    expect((await get(port, 'http://127.0.0.1:1/')).status).toBe(502);
    expect(await throughTunnel(port, 'nonsense:x')).toMatch(/^HTTP\/1.1 502 /);
    expect(hasRefused('127.0.0.1')).toBe(false);
  });
});

describe.skipIf(findProgram('chromium') === undefined)('a browser behind it', () => {
  const executable = findProgram('chromium') ?? '';
  const needs = { executable, network: true, maxMemoryBytes: 4 * 2 ** 30 };

  test('loads the page, but no part of it from inside, however it asks', async () => {
    const inside: string[] = [];
    const secret = http.createServer((request, response) => {
      inside.push(request.url ?? '');
      response.setHeader('access-control-allow-origin', '*').end('secret');
    });
    await new Promise<void>((resolve) => secret.listen(0, '127.0.0.2', resolve));
    closing.push(() => {
      secret.close();
      secret.closeAllConnections();
    });
    const address = secret.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const page = `<title>page</title><img src="http://127.0.0.2:${port}/image"><iframe src="http://inside.test:${port}/frame"></iframe>
      <script>Promise.allSettled([fetch('http://127.0.0.2:${port}/fetch'), fetch('/away'), fetch('/own'),
        new Promise((done) => { const socket = new WebSocket('ws://127.0.0.2:${port}/socket'); socket.onerror = done; socket.onopen = done; }),
      ]).then((all) => { document.title = all.map(({ status }) => status).join(' '); });</script>`;
    const outside = await serve((request, response) => {
      if (request.url === '/away')
        response.writeHead(302, { location: `http://127.0.0.2:${port}/away` }).end();
      else response.setHeader('content-type', 'text/html').end(request.url === '/own' ? 'own' : page);
    });
    let title = '';
    let why: unknown;
    await withNetwork(network, (rules) =>
      inWindow(needs, rules.window, async (context) => {
        const opened = await context.newPage();
        const refused = refusedPage(opened, new URL(outside.origin), rules);
        await opened.goto(outside.origin, { waitUntil: 'load' });
        await opened.waitForFunction('document.title !== "page"');
        title = await opened.title();
        why = refused();
      }),
    );
    expect(title).toBe('rejected rejected fulfilled fulfilled');
    expect(why).toBeUndefined();
    expect(inside).toEqual([]);
  });

  test('says why a page is not captured: by its address, by its name, after a redirect', async () => {
    const failed = (url: string) =>
      failureOf(captureWebsite(publicNetwork), {
        operation: 'capture-website',
        options: { url, output_format: 'png' },
      });
    const { origin, requests } = await serve((_, response) => response.end('<h1>inside</h1>'));
    expect(await failed(`${origin}/a`)).toMatchObject({
      type: 'refused',
      message: expect.stringContaining('127.0.0.1 is not on the public internet'),
    });
    expect(await failed(origin.replace('127.0.0.1', 'localhost'))).toMatchObject({
      type: 'refused',
      message: expect.stringContaining('localhost is not on the public internet'),
    });
    expect(await failed(origin.replace('http:', 'https:'))).toMatchObject({ type: 'refused' });
    expect(requests).toEqual([]);

    const led = await serve((_, response) =>
      response.writeHead(302, { location: 'https://inside.test/' }).end(),
    );
    await withNetwork(network, (rules) =>
      inWindow(needs, rules.window, async (context) => {
        const page = await context.newPage();
        const refused = refusedPage(page, new URL(led.origin), rules);
        await expect(page.goto(led.origin)).rejects.toThrow('ERR_TUNNEL_CONNECTION_FAILED');
        expect(refused()?.message).toMatch(
          /inside\.test, where .*127\.0\.0\.1.* leads, is not on the public/,
        );
      }),
    );
  });
});
