/** Clients that are slow, large, no clients at all, or gone: over a real socket. */
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startApi, testKey, type Api } from './api.ts';

const json = { 'content-type': 'application/json' };

describe('over a socket', () => {
  async function listen(api: Api): Promise<{ readonly port: number; readonly url: string }> {
    const url = await api.app.listen({ host: '127.0.0.1', port: 0 });
    return { port: Number(new URL(url).port), url };
  }

  /** Everything that comes until the server closes. */
  function talk(port: number, write: (send: (text: string) => void) => void): Promise<string> {
    return new Promise((resolve, reject) => {
      let received = '';
      const socket = connect(port, '127.0.0.1', () => write((text) => void socket.write(text)));
      socket.setEncoding('utf8').on('data', (text: string) => {
        received += text;
      });
      socket.on('close', () => resolve(received)).on('error', reject);
    });
  }

  test('50 MB of JSON: the answer comes, the rest is not read', async () => {
    const api = await startApi();
    const { url } = await listen(api);
    const body = `{"tasks": {"a": {"operation": "import/raw", "filename": "a", "file": "${'x'.repeat(50_000_000)}"}}}`;
    const answer = await fetch(`${url}/v2/jobs`, { method: 'POST', headers: json, body });
    expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'PAYLOAD_TOO_LARGE' }]);
    expect([...api.store.jobs(1)]).toEqual([]);
  });

  test('50 MB without a length, and without a key: neither is read to its end', async () => {
    const api = await startApi({ keys: [testKey('ann', 1)] });
    const { url } = await listen(api);
    const send = (headers: Record<string, string>) => {
      let sent = 0;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent >= 50_000_000) controller.close();
          else controller.enqueue(new Uint8Array(1_000_000).fill(32));
          sent += 1_000_000;
        },
      });
      const request = { method: 'POST', headers: { ...json, ...headers }, body, duplex: 'half' } as const;
      return fetch(`${url}/v2/jobs`, request).then((answer) => answer.status);
    };
    expect(await send({ authorization: 'Bearer key-of-ann' })).toBe(413);
    expect(await send({})).toBe(401);
  });

  test('headers that come a byte at a time: 408, and the connection is closed', async () => {
    const api = await startApi({ patience: { headersMs: 300, bodyMs: 300 } });
    const { port } = await listen(api);
    let timer: NodeJS.Timeout | undefined;
    const received = await talk(port, (send) => {
      send('GET /v2/jobs HTTP/1.1\r\nHost: localhost\r\n');
      timer = setInterval(() => send('X-Slow: 1\r\n'), 50);
    });
    clearInterval(timer);
    expect(received).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(received).toContain('"code":"REQUEST_TIMEOUT"');
  });

  test('a body that comes a byte at a time: 408, and the connection is closed', async () => {
    const api = await startApi({ patience: { headersMs: 300, bodyMs: 300 } });
    const { port, url } = await listen(api);
    let timer: NodeJS.Timeout | undefined;
    const received = await talk(port, (send) => {
      send(
        'POST /v2/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
      );
      timer = setInterval(() => send(' '), 50);
    });
    clearInterval(timer);
    expect(received).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect((await fetch(`${url}/v2/users/me`)).status).toBe(200);
    expect(api.logged).toEqual([]);
  });

  test('a large body may take its time as long as it comes on', async () => {
    const api = await startApi({ patience: { headersMs: 300, bodyMs: 300 } });
    const { url } = await listen(api);
    const piece = new TextEncoder().encode(' '.repeat(20_000));
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        if (sent++ < 20) controller.enqueue(piece);
        else {
          controller.enqueue(new TextEncoder().encode('{"url": "http://invalid.url"}'));
          controller.close();
        }
      },
    });
    const answer = await fetch(`${url}/v2/import/url`, {
      method: 'POST',
      headers: json,
      body,
      duplex: 'half',
    } as RequestInit);
    expect(answer.status).toBe(201);
  });

  test('what is not HTTP: 400', async () => {
    const api = await startApi();
    const { port } = await listen(api);
    const received = await talk(port, (send) => send('\x16\x03\x01 hello\r\n\r\n'));
    expect(received).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(received).toContain('"code":"INVALID_DATA"');
  });

  test('headers without an end: 431', async () => {
    const api = await startApi();
    const { port } = await listen(api);
    const received = await talk(port, (send) =>
      send(`GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: ${'x'.repeat(40_000)}\r\n\r\n`),
    );
    expect(received).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('a client that goes away while it waits is forgotten; one that stays is told that the server stops', async () => {
    const api = await startApi();
    const { url } = await listen(api);
    const { id } = (await api.post('/v2/import/url', { url: 'http://invalid.url' })).json().data;
    const gone = new AbortController();
    const left = fetch(`${url}/v2/tasks/${id}/wait`, { signal: gone.signal }).catch(
      (error: Error) => error.name,
    );
    const stays = fetch(`${url}/v2/tasks/${id}/wait`);
    await expect.poll(() => api.app.server.listening).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    gone.abort();
    expect(await left).toBe('AbortError');
    await api.app.close();
    const answer = await stays;
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'SHUTTING_DOWN' }]);
  });
});
