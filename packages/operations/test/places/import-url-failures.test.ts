/**
 * `import/url` from servers on loopback that fail, lie, hang or break off. Nothing waits for long: the times allowed
 * are short, and those between attempts are recorded instead of spent.
 */
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test, vi } from 'vitest';
import { failureOf, fetchFile, once } from './fetch-file.ts';
import { serve, serveRaw } from './loopback.ts';

afterEach(() => void vi.unstubAllEnvs());

test('who sits behind a proxy is told that it is not used', async () => {
  vi.stubEnv('HTTPS_PROXY', 'http://user:s3cret@proxy.example:3128');
  const failed = await failureOf({ url: 'http://127.0.0.1:1/a' });
  expect(failed.hint).toBe(
    'check the port, and that the server runs; HTTPS_PROXY is set, but proxies are not used here',
  );
  expect(JSON.stringify(failed)).not.toContain('s3cret');
});

test('a redirect too many, in a circle, to another protocol and to nonsense fail with the reason', async () => {
  const { origin, requests } = await serve((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x');
    const to: Record<string, string> = {
      '/circle': '/circle/2',
      '/circle/2': '/circle',
      '/file': 'file:///etc/passwd',
      '/bad': 'http://[',
    };
    response.writeHead(302, { location: to[pathname] ?? `/on${pathname}` }).end();
  });
  expect(await failureOf({ url: `${origin}/x` })).toMatchObject({
    type: 'network',
    isTransient: false,
    message: expect.stringMatching(
      /x" is redirected more than 5 times, last to "http:.*\/on\/on\/on\/on\/on\/on\/x"$/,
    ),
  });
  expect(requests).toHaveLength(6);
  expect(await failureOf({ url: `${origin}/circle` })).toMatchObject({
    message: expect.stringMatching(/circle" is redirected in a circle: it came back to ".*\/circle"$/),
  });
  expect(await failureOf({ url: `${origin}/file` })).toMatchObject({
    message: expect.stringContaining('only http and https are followed'),
  });
  expect(await failureOf({ url: `${origin}/bad` })).toMatchObject({
    message: expect.stringContaining('"http://[", which is no address'),
  });
});

test('what lets one in is not shown', async () => {
  const { origin } = await serve((_, response) => response.writeHead(403).end());
  const address = `${origin.replace('http://', 'http://me:s3cret@')}/a.pdf?x=1&token=t0ken&X-Amz-Signature=5ig&page=2`;
  expect(await failureOf({ url: address, headers: { Authorization: 'Bearer abc123' } })).toMatchObject({
    type: 'refused',
    message: expect.stringMatching(
      /^"http:\/\/\*\*\*@127.0.0.1:\d+\/a.pdf\?x=1&token=\*\*\*&X-Amz-Signature=\*\*\*&page=2" answered 403 Forbidden: it does not let you in$/,
    ),
    hint: expect.stringContaining('headers'),
  });
});

test.each([
  [404, 'not-found'],
  [410, 'not-found'],
  [401, 'refused'],
  [400, 'refused'],
  [204, 'refused'],
  [206, 'refused'],
  [304, 'refused'],
])('status %i fails at once', async (status, type) => {
  const { origin, requests } = await serve((_, response) => response.writeHead(status).end());
  expect(await failureOf({ url: `${origin}/a` })).toMatchObject({
    type,
    isTransient: false,
    message: expect.stringContaining(`/a" answered ${status} `),
    waits: [],
  });
  expect(requests).toHaveLength(1);
});

test('429 waits as Retry-After says, 500 twice waits longer each time, and then the file comes', async () => {
  let calls = 0;
  const { origin } = await serve((request, response) => {
    calls += 1;
    if (calls % 3 === 0) response.end('at last');
    else if (request.url === '/seconds.txt')
      response.writeHead(429, { 'retry-after': String(calls * 7) }).end();
    else if (request.url === '/date.txt') {
      response.sendDate = false;
      response
        .writeHead(503, {
          date: 'Wed, 21 Oct 2015 07:28:00 GMT',
          'retry-after': 'Wed, 21 Oct 2015 07:28:09 GMT',
        })
        .end();
    } else response.writeHead(500).end();
  });
  for (const [name, waits] of [
    ['seconds', [7000, 14_000]],
    ['date', [9000, 9000]],
    ['plain', [1000, 2000]],
  ] as const) {
    calls = 0;
    const fetched = await fetchFile({ url: `${origin}/${name}.txt` });
    expect(fetched.result).toMatchObject({ ok: true, value: { outputs: [{ name: `${name}.txt` }] } });
    expect(fetched.waits).toEqual(waits);
    expect(fetched.context.reports[0]).toEqual([null, `attempt 2 of 3 in ${waits[0] / 1000} s`]);
  }
});

test('a server that stays away is given up after three attempts, or at once when it asks for too long', async () => {
  const { origin, requests } = await serve((request, response) => {
    response.writeHead(503, request.url === '/long' ? { 'retry-after': '3600' } : {}).end();
  });
  expect(await failureOf({ url: `${origin}/a` })).toMatchObject({
    type: 'network',
    isTransient: true,
    message: expect.stringMatching(/answered 503 Service Unavailable \(tried 3 times\)$/),
    waits: [1000, 2000],
  });
  expect(requests).toHaveLength(3);
  expect(await failureOf({ url: `${origin}/long` })).toMatchObject({
    message: expect.stringContaining('asks to come back in 3600 s'),
    retryAfterMs: 3_600_000,
    waits: [],
  });
});

test('a task with a retry of its own leaves the attempts to the engine', async () => {
  const { origin, requests } = await serve((_, response) =>
    response.writeHead(429, { 'retry-after': '5' }).end(),
  );
  expect(await failureOf({ url: `${origin}/a` }, once)).toMatchObject({
    isTransient: true,
    retryAfterMs: 5000,
    waits: [],
  });
  expect(requests).toHaveLength(1);
});

const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';

test('a body that is shorter than announced, or broken off in a chunk, is no file', async () => {
  const short = await serveRaw((socket) => socket.end(`${head}Content-Length: 2000\r\n\r\nonly this`));
  expect(await failureOf({ url: `${short}/a.txt` })).toMatchObject({
    type: 'network',
    isTransient: true,
    message: expect.stringMatching(/a.txt" broke off after 9 bytes of 2.0 kB \(tried 3 times\)$/),
    waits: [1000, 2000],
  });
  const chunked = await serveRaw((socket) =>
    socket.end(`${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`),
  );
  expect(await failureOf({ url: `${chunked}/a.txt` }, once)).toMatchObject({
    message: expect.stringMatching(/broke off after 5 bytes$/),
  });
  const reset = await serveRaw((socket) =>
    socket.write(`${head}Content-Length: 9\r\n\r\nhello`, () => socket.resetAndDestroy()),
  );
  expect(await failureOf({ url: `${reset}/a.txt` }, once)).toMatchObject({
    type: 'network',
    isTransient: true,
  });
});

test('a body that is longer than announced is no file', async () => {
  const long = await serveRaw((socket) =>
    socket.end(`${head}Content-Length: 5\r\n\r\nhello, world, this is more`),
  );
  expect(await failureOf({ url: `${long}/a.txt` }, once)).toMatchObject({
    type: 'network',
    message: expect.stringMatching(
      /went on after 5 bytes: the body is not the length that its Content-Length announced$/,
    ),
  });
});

test('a server that hangs is left: before it answers, and in the middle', async () => {
  const silent = await serveRaw(() => undefined);
  const timeouts = { connectMs: 5000, headersMs: 40, idleMs: 40 };
  expect(await failureOf({ url: `${silent}/a.txt` }, { ...once, timeouts })).toMatchObject({
    type: 'timed-out',
    isTransient: true,
    message: expect.stringMatching(/cannot fetch ".*a.txt": no answer after 0.04 s$/),
  });
  const stuck = await serveRaw((socket) => socket.write(`${head}Content-Length: 50\r\n\r\nhello`));
  expect(await failureOf({ url: `${stuck}/a.txt` }, { ...once, timeouts })).toMatchObject({
    type: 'stalled',
    isTransient: true,
    message: expect.stringMatching(
      /cannot fetch ".*a.txt": it stopped in the middle, not a byte for 0.04 s$/,
    ),
  });
});

test('a server that is not there, and one that speaks no HTTP, are named', async () => {
  const gone = await serveRaw(() => undefined);
  expect(await failureOf({ url: 'http://127.0.0.1:1/a' })).toMatchObject({
    type: 'network',
    message: 'cannot fetch "http://127.0.0.1:1/a": nothing answers at 127.0.0.1:1 (tried 3 times)',
  });
  const { port } = new URL(gone);
  const odd = await serveRaw((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
  expect(await failureOf({ url: `${odd}/a` }, once)).toMatchObject({
    message: expect.stringContaining('is not proper HTTP'),
  });
  expect(
    await failureOf(
      { url: `https://127.0.0.1:${port}/a` },
      { ...once, timeouts: { connectMs: 40, headersMs: 40, idleMs: 40 } },
    ),
  ).toMatchObject({
    type: 'timed-out',
    message: expect.stringContaining('no connection after 0.04 s'),
  });
});

test('cancelling ends the transfer at once', async () => {
  const controller = new AbortController();
  const stuck = await serveRaw((socket) => socket.write(`${head}Content-Length: 50\r\n\r\nhello`));
  const context = { signal: controller.signal, progress: () => controller.abort() };
  expect(await failureOf({ url: `${stuck}/a.txt` }, { context })).toMatchObject({
    type: 'cancelled',
    waits: [],
  });
  const silent = await serveRaw(() => controller2.abort());
  const controller2 = new AbortController();
  expect(
    await failureOf({ url: `${silent}/a.txt` }, { context: { signal: controller2.signal } }),
  ).toMatchObject({ type: 'cancelled' });
});

test('a broken or unknown encoding is said', async () => {
  const { origin } = await serve((request, response) => {
    response
      .setHeader('content-encoding', request.url === '/known' ? 'gzip' : 'rot13')
      .end('this is no gzip');
  });
  expect(await failureOf({ url: `${origin}/known` }, once)).toMatchObject({
    message: expect.stringContaining('but broken'),
  });
  expect(await failureOf({ url: `${origin}/unknown` })).toMatchObject({
    type: 'unsupported',
    message: expect.stringContaining('"rot13"'),
  });
});

test('a file over the limit is refused by its length, or when it passes the limit, packed or not', async () => {
  const bomb = gzipSync(Buffer.alloc(5_000_000));
  const { origin } = await serve((request, response) => {
    if (request.url === '/bomb') response.setHeader('content-encoding', 'gzip').end(bomb);
    else if (request.url === '/announced')
      response.writeHead(200, { 'content-length': 5_000_000 }).write('x');
    else response.write(Buffer.alloc(5_000_000));
  });
  for (const address of ['bomb', 'announced', 'endless']) {
    expect(await failureOf({ url: `${origin}/${address}` }, { maxBytes: 1_000_000 })).toMatchObject({
      type: 'too-large',
      isTransient: false,
      message: expect.stringMatching(/is at least [\d.]+ MB, and the limit is 1.0 MB$/),
    });
  }
});
