/** What counts as public, and that nothing else is connected to: by address, by name, by redirect, by store, by SSH. */
import { isIP } from 'node:net';
import { describe, expect, test } from 'vitest';
import { isPublicAddress } from '../../src/http/public-address.ts';
import { limitedNetwork, publicNetwork } from '../../src/http/network.ts';
import type { Network, Resolve } from '../../src/http/network.ts';
import { exportFiles } from '../../src/stores/export-files.ts';
import { importFiles } from '../../src/stores/import-files.ts';
import { s3 } from '../../src/stores/s3.ts';
import { openstack } from '../../src/stores/openstack.ts';
import { defaultSettings } from '../../src/stores/session.ts';
import { sftp } from '../../src/stores/sftp.ts';
import { createExportUpload } from '../../src/operations/export/upload.ts';
import { createLocalBackend } from '../../src/local-backend.ts';
import { action, contextOf, made, newFolder } from '../places/action.ts';
import { fetchFile } from '../places/fetch-file.ts';
import { serve } from '../places/loopback.ts';

describe('addresses', () => {
  test.each([
    ['0.0.0.0', '0.1.2.3', '10.1.2.3', '100.64.0.1', '100.100.100.200', '127.0.0.1', '127.9.9.9'],
    ['169.254.169.254', '168.63.129.16', '172.16.0.1', '172.31.255.255', '192.168.1.1', '192.0.0.192'],
    ['192.0.2.1', '198.18.0.1', '198.51.100.7', '203.0.113.9', '224.0.0.1', '239.1.1.1', '240.0.0.1'],
    ['255.255.255.255', '::', '::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1'],
    ['fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'fec0::1', 'ff02::1', '2001:db8::1', '2001::1'],
    [
      '2002:7f00:1::',
      '64:ff9b::7f00:1',
      '64:ff9b::10.0.0.1',
      '64:ff9b::',
      '64:ff9b:1::1',
      '3fff::1',
      '5f00::1',
    ],
    [
      '127.255.255.254',
      '100.64.0.1',
      'fd12::1',
      '::ffff:7f00:1',
      '2001:0:7f00:1::',
      '64:ff9b::a9fe:a9fe',
      '4000::1',
    ],
    ['64:ff9b:1::808:808', '3fff::1', '198.18.0.1', '224.0.0.1'],
    ['100::1', '[::1]', 'localhost', '', '1.2.3', '0x7f.1', '2130706433'],
  ])('not public: %s, %s, …', (...addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });

  test('public', () => {
    const all = [
      '1.1.1.1',
      '8.8.8.8',
      '100.63.255.255',
      '100.128.0.0',
      '100.128.0.1',
      '172.15.0.1',
      '172.32.0.1',
      '192.0.1.1',
      '2606:4700:4700::1111',
      '192.167.255.255',
      '193.0.0.1',
      '223.255.255.255',
      '2606:4700:4700::1111',
      '[2a00:1450:4001:81b::200e]',
      '2a00:1450:4001::1',
      '64:ff9b::808:808',
      '64:ff9b::8.8.8.8',
      '2001:4860:4860::8888',
    ];
    expect(all.filter((address) => !isPublicAddress(address))).toEqual([]);
  });
});

/** Names as a hostile resolver answers them, one answer after the other. */
function resolver(answers: Readonly<Record<string, readonly (readonly string[])[]>>) {
  const asked: string[] = [];
  const resolve: Resolve = (host, _, done) => {
    const turn = asked.filter((name) => name === host).length;
    asked.push(host);
    const addresses = answers[host]?.[turn] ?? [];
    done(
      null,
      addresses.map((address) => ({ address, family: isIP(address) })),
    );
  };
  return { asked, resolve };
}

const lookUp = ({ lookup }: Network, host: string, all: boolean): Promise<unknown> =>
  new Promise((resolve, reject) => {
    lookup?.(host, { all }, (error, address) => (error === null ? resolve(address) : reject(error)));
  });

describe('names', () => {
  test('one address that is not public is enough', async () => {
    const { resolve } = resolver({
      good: [
        ['8.8.8.8', '2606:4700::1'],
        ['8.8.8.8', '2606:4700::1'],
      ],
      mixed: [['8.8.8.8', '10.0.0.1']],
      none: [[]],
    });
    const network = limitedNetwork(isPublicAddress, resolve);
    expect(await lookUp(network, 'good', true)).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ]);
    expect(await lookUp(network, 'good', false)).toBe('8.8.8.8');
    await expect(lookUp(network, 'mixed', true)).rejects.toThrow('mixed has no public address');
    await expect(lookUp(network, 'none', true)).rejects.toThrow('none has no public address');
  });

  test('a name is resolved once: what was checked is connected to', async () => {
    const outside = await serve((_, response) => response.end('outside'));
    const { asked, resolve } = resolver({ 'rebind.test': [['127.0.0.1'], ['127.0.0.2']] });
    const network = limitedNetwork((address) => address === '127.0.0.1', resolve);
    const url = outside.origin.replace('127.0.0.1', 'rebind.test');
    expect((await fetchFile({ url: `${url}/a.txt` }, { network })).result.ok).toBe(true);
    expect(asked).toEqual(['rebind.test']);
    expect((await fetchFile({ url: `${url}/a.txt` }, { network })).result).toMatchObject(refused);
    expect(outside.requests).toHaveLength(1);
  });
});

const refused = {
  ok: false,
  error: {
    type: 'refused',
    message: expect.stringContaining('is not on the public internet, and this server reaches nothing else'),
    hint: 'whoever runs the server can allow it: --allow-private-network',
    isTransient: false,
  },
};

describe('what connects', () => {
  test.each(['http://127.0.0.1', 'http://[::1]', 'http://0x7f.1', 'http://2130706433', 'http://localhost'])(
    'import/url refuses %s',
    async (origin) => {
      const server = await serve((_, response) => response.end('inside'));
      const port = new URL(server.origin).port;
      const { result, waits } = await fetchFile(
        { url: `${origin}:${port}/a.txt` },
        { network: publicNetwork },
      );
      expect(result).toMatchObject(refused);
      expect([server.requests.length, waits]).toEqual([0, []]);
    },
  );

  test.each(['http://127.0.0.2:1/secret', 'http://inside.test:1/secret', 'http://[::1]:1/'])(
    'a redirect to %s is judged as well',
    async (location) => {
      const { origin, requests } = await serve((_, response) => response.writeHead(302, { location }).end());
      const { resolve } = resolver({ 'inside.test': [['127.0.0.2']] });
      const network = limitedNetwork((address) => address === '127.0.0.1', resolve);
      expect((await fetchFile({ url: `${origin}/a` }, { network })).result).toMatchObject(refused);
      expect(requests).toHaveLength(1);
    },
  );

  test('export/upload, stores with an endpoint of their own, SFTP', async () => {
    const { origin, requests } = await serve((_, response) => response.end());
    const inputs = [made('content', { name: 'a.txt' })];
    const context = () => contextOf(newFolder());
    const upload = createExportUpload({ ...defaultSettings, network: publicNetwork });
    const put = action({ operation: 'export/upload', options: { url: `${origin}/a` }, inputs });
    expect(await upload.run(put, context())).toMatchObject(refused);

    const settings = { ...defaultSettings, network: publicNetwork };
    const keys = {
      access_key_id: 'a',
      secret_access_key: 'b',
      bucket: 'bucket',
      region: 'r',
      endpoint: origin,
    };
    const get = action({ operation: 'import/s3', options: { ...keys, key: 'a.txt' } });
    expect(await importFiles(s3, settings).run(get, context())).toMatchObject(refused);
    const send = action({ operation: 'export/s3', options: { ...keys, key: 'a.txt' }, inputs });
    expect(await exportFiles(s3, settings).run(send, context())).toMatchObject(refused);
    const swift = {
      auth_url: `${origin}/v3`,
      username: 'a',
      password: 'b',
      region: 'r',
      container: 'c',
      file: 'f',
    };
    const fetched = action({ operation: 'import/openstack', options: swift });
    expect(await importFiles(openstack, settings).run(fetched, context())).toMatchObject(refused);
    for (const host of ['127.0.0.1', 'localhost', '::1']) {
      const options = { host, port: Number(new URL(origin).port), username: 'a', password: 'b', file: '/f' };
      const ssh = action({ operation: 'import/sftp', options });
      expect(await importFiles(sftp, settings).run(ssh, context())).toMatchObject(refused);
    }
    expect(requests).toHaveLength(0);
  });

  test('the local backend hands its rule to every operation', async () => {
    const { origin, requests } = await serve((_, response) => response.end('inside'));
    const run = async (network: 'any' | 'public') => {
      const backend = createLocalBackend({ maxHosts: 1, network });
      const operation = await backend.load('import/url');
      const request = action({ operation: 'import/url', options: { url: `${origin}/a.txt` } });
      return await operation?.run(request, contextOf(newFolder()));
    };
    expect(await run('public')).toMatchObject(refused);
    expect(requests).toHaveLength(0);
    expect(await run('any')).toMatchObject({ ok: true });
  });
});
