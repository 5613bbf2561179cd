/** What those who run a server ask it: health, numbers, log lines. Without a socket, and once with one. */
import { describe, expect, test } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';
import { maskEntry, maskText } from '../../src/mask.ts';
import { aServer } from './a-server.ts';

describe('service routes', () => {
  test('it says that it lives', async () => {
    const { server } = await aServer();
    const answer = await server.app.inject('/healthz');
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ok', version: '1.2.3' }]);
  });

  test('metrics count requests by route, and need a key from elsewhere', async () => {
    const key = { name: 'a', key: 'k'.repeat(20), userId: 1, scopes: [] };
    const { server } = await aServer({ keys: [key] });
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const page = await (await fetch(`${url}/metrics`)).text();
    expect(page).toContain('pipeline_http_requests_total{method="GET",route="/healthz",status="200"} 2\n');
    expect(page).toContain('pipeline_http_request_duration_seconds_count{method="GET",route="/healthz"} 2\n');
    expect(page).toMatch(/^process_resident_memory_bytes [1-9]\d{6,}$/m);
    expect(Number(/sent_bytes_total\{route="\/healthz"\} (\d+)/.exec(page)?.[1])).toBeGreaterThan(50);
    const proxied = await fetch(`${url}/metrics`, { headers: { 'x-forwarded-for': '192.0.2.1' } });
    expect([proxied.status, await proxied.json()]).toEqual([
      401,
      { message: 'Unauthenticated.', code: 'UNAUTHENTICATED' },
    ]);
  });

  test('one line a request, without what lets somebody in', async () => {
    const { server, logged } = await aServer();
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    await fetch(`${url}/healthz?job=eyJ0&s=0123abc&page=2`, {
      headers: { authorization: 'Bearer very-secret' },
    });
    await expect.poll(() => logged.length).toBe(1);
    expect(logged[0]).toMatchObject({
      level: 'info',
      message: 'request',
      method: 'GET',
      url: '/healthz?job=***&s=***&page=2',
      status: 200,
      from: '127.0.0.1',
    });
    expect(logged[0]?.['ms']).toBeGreaterThan(0);
    expect(JSON.stringify(logged)).not.toContain('very-secret');
  });
});

test('metrics are in the format of Prometheus', () => {
  const metrics = createMetrics();
  metrics.count('pipeline_jobs_total', { event: 'a "b"\\\n' });
  metrics.count('pipeline_jobs_total', { event: 'a "b"\\\n' }, 2);
  metrics.observe('pipeline_http_request_duration_seconds', { method: 'GET' }, 0.02);
  metrics.observe('pipeline_http_request_duration_seconds', { method: 'GET' }, 600);
  metrics.gauge('pipeline_sockets', () => [{ labels: {}, value: 7 }]);
  const text = metrics.text();
  expect(text).toContain(String.raw`pipeline_jobs_total{event="a \"b\"\\\n"} 3`);
  expect(text).toContain('# TYPE pipeline_sockets gauge\npipeline_sockets 7\n');
  const name = 'pipeline_http_request_duration_seconds';
  expect(text).toContain(`# TYPE ${name} histogram\n`);
  expect(text).toContain(
    `${name}_bucket{method="GET",le="0.01"} 0\n${name}_bucket{method="GET",le="0.025"} 1\n`,
  );
  expect(text).toContain(
    `${name}_bucket{method="GET",le="60"} 1\n${name}_bucket{method="GET",le="+Inf"} 2\n`,
  );
  expect(text).toContain(`${name}_sum{method="GET"} 600.02\n${name}_count{method="GET"} 2\n`);
  expect(text.endsWith('\n')).toBe(true);
});

describe('masking', () => {
  test('names of credentials, wherever they stand', () => {
    const masked = maskEntry({
      level: 'warn',
      message: 'a webhook to https://me:pw@example.com/x?token=abc&a=1 failed: Bearer abc.def',
      payload: {
        secret_access_key: 'one',
        Authorization: 'two',
        tasks: [{ private_key: 'three', password: null, width: 4, key: 'a/file.txt' }],
        headers: { 'x-key': 'five' },
        storage_access_key: 'six',
        sas_token: 'seven',
        set_password: 'eight',
      },
    });
    expect(masked).toEqual({
      level: 'warn',
      message: 'a webhook to https://***@example.com/x?token=***&a=1 failed: Bearer ***',
      payload: {
        secret_access_key: '***',
        Authorization: '***',
        tasks: [{ private_key: '***', password: null, width: 4, key: 'a/file.txt' }],
        headers: '***',
        storage_access_key: '***',
        sas_token: '***',
        set_password: '***',
      },
    });
  });

  test('signed parts of addresses', () => {
    expect(maskText('/files/71bc-13/0.tp.y8BX/a.pdf')).toBe('/files/71bc-13/***/a.pdf');
    expect(maskText('http://a/files/71bc-13/0.tp.y8BX/a.pdf?x=1')).toBe(
      'http://a/files/71bc-13/***/a.pdf?x=1',
    );
    const url = 'https://s3.example.com/a.pdf?X-Amz-Signature=0f&X-Amz-Date=2026&X-Amz-Credential=me';
    expect(maskText(url)).toBe(
      'https://s3.example.com/a.pdf?X-Amz-Signature=***&X-Amz-Date=2026&X-Amz-Credential=***',
    );
    expect(maskText('/v2/tasks?filter[status]=finished&page=2')).toBe(
      '/v2/tasks?filter[status]=finished&page=2',
    );
  });
});

test('jobs, tasks, webhooks and what works on them are counted', async () => {
  const { server } = await aServer();
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const tasks = { text: { operation: 'import/upload' }, lost: { operation: 'pdf/a', input: 'text' } };
  const body = JSON.stringify({ tasks, webhook_url: 'http://127.0.0.1:1/hook' });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/v2/jobs`, { method: 'POST', headers, body });
  const made: { data: { tasks: { id: string }[] } } = JSON.parse(await answer.text());
  const page = async () => (await fetch(`${url}/metrics`)).text();
  expect(await page()).toContain('pipeline_jobs{status="waiting"} 1\n');
  expect(await page()).toContain('pipeline_tasks{status="waiting"} 2\n');
  expect(await page()).toContain('pipeline_jobs_total{event="created"} 1\n');
  await fetch(`${url}/v2/tasks/${made.data.tasks[0]?.id}/cancel`, { method: 'POST' });
  // Its webhook leads to this machine, which is refused: another try would end the same way.
  await expect.poll(page).toContain('pipeline_webhook_deliveries_total{outcome="given-up"} 1\n');
  const text = await page();
  expect(text).toContain('pipeline_jobs{status="error"} 1\n');
  expect(text).toContain('pipeline_tasks_total{operation="pdf/a",event="failed"} 1\n');
  expect(text).toContain('pipeline_actions_running 0\n');
  expect(text).toContain('pipeline_actions_limit 1\n');
  expect(text).toContain('pipeline_runs{state="queued"} 0\n');
  expect(text).toContain('pipeline_sockets 0\n');
});
