/** OpenStack Object Storage with a Keystone and a Swift that check sign-in and tokens. */
import { randomBytes } from 'node:crypto';
import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { openstack } from '../../src/stores/openstack.ts';
import { artifact, made, newFolder } from '../places/action.ts';
import type { SwiftServer } from './openstack-server.ts';
import { password, serveSwift, username } from './openstack-server.ts';
import { failureOf, filesOf, planExport, planImport, resultOf, runExport, runImport } from './run-store.ts';

const optionsFor = ({ origin }: Pick<SwiftServer, 'origin'>, more: JsonObject): JsonObject => ({
  auth_url: `${origin}/v3`,
  username,
  password,
  region: 'RegionOne',
  container: 'documents',
  ...more,
});

test('one object comes; version 3 need not be written', async () => {
  const server = await serveSwift({ 'reports/2024 (é)+?.docx': 'the report' });
  const options = optionsFor(server, { file: 'reports/2024 (é)+?.docx' });
  expect(await filesOf(runImport(openstack, options))).toEqual({ '2024 (é)+?.docx': 'the report' });
  for (const auth_url of [
    server.origin,
    `${server.origin}/`,
    `${server.origin}/v3/`,
    `${server.origin}/v3/auth/tokens`,
  ])
    expect(await filesOf(runImport(openstack, { ...options, auth_url, filename: 'r.docx' }))).toEqual({
      'r.docx': 'the report',
    });
});

test("Swift's own sign-in works too", async () => {
  const server = await serveSwift({ 'a.txt': 'A' });
  const options = optionsFor(server, {
    auth_url: `${server.origin}/auth/v1.0`,
    password: 'plain',
    file: 'a.txt',
  });
  expect(await filesOf(runImport(openstack, options))).toEqual({ 'a.txt': 'A' });
});

test('a prefix takes all below it, page by page, and keeps the folders; one sign-in is enough', async () => {
  const server = await serveSwift({ 'in/a.txt': 'A', 'in/b c/d&.txt': 'D', 'in/e.txt': '', 'out.txt': 'no' });
  server.objects.set('in/b c', { bytes: Buffer.alloc(0), type: 'application/directory' });
  expect(await filesOf(runImport(openstack, optionsFor(server, { file_prefix: 'in/' })))).toEqual({
    'a.txt': 'A',
    'b c/d&.txt': 'D',
    'e.txt': '',
  });
  expect(server.received.filter(({ path }) => path.startsWith('/v3'))).toHaveLength(1);
});

test('exports arrive with their type and replace what was there', async () => {
  const server = await serveSwift({ 'out/sub/a.pdf': 'old' });
  const inputs = [made('new', { dir: 'sub', name: 'a.pdf' }), made('', { name: 'empty.bin' })];
  const result = await resultOf(
    runExport(openstack, optionsFor(server, { file_prefix: 'out/' }), { inputs }),
  );
  const host = new URL(server.origin).host;
  expect(result.outputs[0]?.url).toBe(`swift://${host}/RegionOne/documents/out/sub/a.pdf`);
  expect(server.objects.get('out/sub/a.pdf')).toEqual({ bytes: Buffer.from('new'), type: 'application/pdf' });
  expect(server.objects.get('out/empty.bin')?.bytes).toHaveLength(0);
  const numbered = optionsFor(server, { file: 'page-%d.pdf' });
  await resultOf(runExport(openstack, numbered, { inputs }));
  expect(server.objects.get('page-1.pdf')?.bytes.toString()).toBe('new');
  expect(await planExport(openstack, numbered, inputs.slice(0, 1))).toMatchObject({
    value: { writes: [`swift://${host}/RegionOne/documents/page-1.pdf`] },
  });
});

test('a larger file streams and reports its progress; one above the limit is refused unread', async () => {
  const server = await serveSwift();
  const file = path.join(newFolder(), 'big.mp4');
  const bytes = randomBytes(2_000_000);
  writeFileSync(file, bytes);
  const options = optionsFor(server, { file: 'big.mp4' });
  const { result, context } = await runExport(openstack, options, { inputs: [artifact(file)] });
  expect(result.ok).toBe(true);
  expect(server.objects.get('big.mp4')?.bytes.equals(bytes)).toBe(true);
  expect(context.reports.length).toBeGreaterThan(5);
  truncateSync(file, 5 * 1024 ** 3 + 1);
  expect(await failureOf(runExport(openstack, options, { inputs: [artifact(file)] }))).toMatchObject({
    type: 'too-large',
  });
});

test('a user without a default project gets the only one, and is asked when there are several', async () => {
  const one = await serveSwift({ 'a.txt': 'A' }, { projects: ['site'] });
  expect(await filesOf(runImport(openstack, optionsFor(one, { file: 'a.txt' })))).toEqual({ 'a.txt': 'A' });
  const two = await serveSwift({ 'a.txt': 'A' }, { projects: ['site', 'shop'] });
  expect(await failureOf(runImport(openstack, optionsFor(two, { file: 'a.txt' })))).toMatchObject({
    type: 'refused',
    message: expect.stringContaining('2 projects ("site", "shop")'),
  });
});

test.each([
  [{ auth_url: 'auth.example.com' }, 'auth_url is no http or https address'],
  [
    { auth_url: 'https://auth.example.com/v2.0' },
    'auth_url is that of version 2, which OpenStack gave up in 2018',
  ],
  [{ container: 'a/b' }, 'container "a/b" is no name of a container'],
])('mistakes in options are found by the plan: %j', async (wrong, message) => {
  const options = optionsFor({ origin: 'https://auth.example.com' }, { file: 'a.txt', ...wrong });
  expect(await planImport(openstack, options)).toMatchObject({
    ok: false,
    error: { type: 'bad-input', message },
  });
});

test.each([
  [{ password: 'wrong-s3cret' }, 'refused', 'does not accept this username with this password'],
  [{ region: 'RegionNine' }, 'not-found', 'there is no object storage in region "RegionNine"'],
  [{ container: 'other' }, 'not-found', 'there is no object swift://'],
  [{ file: 'missing.txt' }, 'not-found', 'there is no object swift://'],
])('%j is told in plain words', async (wrong, type, text) => {
  const server = await serveSwift({ 'a.txt': 'A' });
  const failed = await failureOf(runImport(openstack, optionsFor(server, { file: 'a.txt', ...wrong })));
  expect(failed).toMatchObject({ type, isTransient: false, message: expect.stringContaining(text) });
  expect(failed.hint).toBeTruthy();
  expect(JSON.stringify(failed)).not.toMatch(/s3cret|scoped/);
});

test('a container that is missing, and a quota, are told on export', async () => {
  const server = await serveSwift();
  const inputs = [made('x', { name: 'full.txt' })];
  const missing = await failureOf(
    runExport(openstack, optionsFor(server, { container: 'other' }), { inputs }),
  );
  expect(missing).toMatchObject({ type: 'not-found', message: 'there is no container "other"' });
  const full = await failureOf(runExport(openstack, optionsFor(server, {}), { inputs }));
  expect(full).toMatchObject({ type: 'refused', message: expect.stringContaining('quota') });
});
