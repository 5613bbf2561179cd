import { describe, expect, it } from 'vitest';
import { readSignedUrl } from '../../src/signed-url.ts';
import { hexHmac } from '../../src/signatures.ts';

const base = 'https://s.cloudconvert.com/b3d85428-584e-4639-bc11-76b7dee9c109';
const secret = 'NT8dpJkttEyfSk3qlRgUJtvTkx64vhyX';

/** The jobs of the SDKs' own tests, as each of them writes JSON, and the signatures that they expect. */
const vectors = {
  node: {
    json: '{"tasks":{"import-it":{"operation":"import/url","url":"https://some.url","filename":"logo.png"},"export-it":{"operation":"export/url","input":"import-it","inline":true}}}',
    signature: '209d54e4454a407de71a07e6e500f45155fecf58a4e53d68329fbf358efcd823',
  },
  php: {
    json: String.raw`{"tasks":{"import-it":{"operation":"import\/url","url":"https:\/\/some.url","filename":"test.png"},"export-it":{"operation":"export\/url","input":"import-it","inline":true}},"tag":null,"webhook_url":null}`,
    signature: 'fb2760b572f652316d2ca218cec980024057ff108a472425c9fcc6136709cbe8',
  },
  ruby: {
    json: '{"tasks":{"import-it":{"operation":"import/url","filename":"test.file","url":"http://invalid.url"},"convert-it":{"input":"import-it","operation":"convert","output_format":"pdf"}}}',
    signature: '3fb529168264bccea28ba9a1d02f2a4662d1917029829ee77e753a7748b98904',
  },
  python: {
    json: '{"tasks": {"import-file": {"operation": "import/url", "url": "https://github.com/cloudconvert/cloudconvert-php/raw/master/tests/Integration/files/input.pdf"}, "export-file": {"operation": "export/url", "input": "import-file"}}}',
    signature: '6dd147217a39534249a3cb418b357ba8cceacf74fc0db0d52630a07cac1ca268',
  },
  dotnet: {
    json: '{"tasks":{"import_example_1":{"operation":"import/upload"},"convert":{"operation":"convert","input":"import_example_1","input_format":"pdf","output_format":"docx"},"export":{"operation":"export/url","input":"convert"}}}',
    signature: '81213540c2ccdf3330a0cf237642f14b381f57cf5bbffe293eb118468fde700b',
  },
};

const isPadded = (sdk: string): boolean => sdk === 'python';

const encoded = (json: string, sdk: string): string => {
  const base64url = Buffer.from(json).toString('base64url');
  return isPadded(sdk) ? base64url + '='.repeat((4 - (base64url.length % 4)) % 4) : base64url;
};

const read = (query: string, bases: readonly string[] = [base]): ReturnType<typeof readSignedUrl> =>
  readSignedUrl(query, { bases, secret });

const sign = (prefix: string): string => `${prefix}&s=${hexHmac(secret, `${base}?${prefix}`)}`;

describe('a signed URL', () => {
  it.each(Object.entries(vectors))('of the %s SDK is read', (sdk, { json, signature }) => {
    const query = `job=${encoded(json, sdk)}&cache_key=mykey`;
    expect(hexHmac(secret, `${base}?${query}`)).toBe(signature);
    expect(read(`${query}&s=${signature}`)).toEqual({ job: JSON.parse(json), cacheKey: 'mykey' });
  });

  it('may hold any base64: both alphabets, mixed, padded, encoded once more', () => {
    // Chosen so that both characters that differ come up, more than once.
    const job = { tag: '>>>???~~~ÿÿÿ û ü ~?~? ýþÿ', tasks: {} };
    const standard = Buffer.from(JSON.stringify(job)).toString('base64');
    expect(standard.match(/\+/g)?.length).toBeGreaterThan(1);
    expect(standard.match(/\//g)?.length).toBeGreaterThan(1);
    for (const text of [
      standard,
      standard.replace(/=+$/, ''),
      standard.replace('+', '-').replace('/', '_').replace(/=+$/, ''),
      standard.replaceAll('+', '-').replaceAll('/', '_'),
      encodeURIComponent(standard),
    ]) {
      expect(read(sign(`job=${text}`))).toEqual({ job, cacheKey: undefined });
    }
  });

  it('holds by whatever address it was signed, if that may be ours', () => {
    const query = sign('job=e30');
    expect(read(query, ['http://elsewhere/x', base]).job).toEqual({});
    expect(() => read(query, ['http://elsewhere/x'])).toThrow('signature');
    expect(() => read(query, [])).toThrow('signature');
  });

  it('may be signed in capitals', () => {
    const [prefix = '', signature = ''] = sign('job=e30').split('&s=');
    expect(read(`${prefix}&s=${signature.toUpperCase()}`).job).toEqual({});
  });

  it.each([
    ['another job', (query: string) => query.replace('job=e30', 'job=e31')],
    ['another cache key', (query: string) => query.replace('mykey', 'yourkey')],
    ['no cache key', (query: string) => query.replace('&cache_key=mykey', '')],
    ['one more parameter', (query: string) => query.replace('&s=', '&x=1&s=')],
    ['a parameter behind', (query: string) => `${query}&cache_key=other`],
    ['another order', (query: string) => query.replace('job=e30&cache_key=mykey', 'cache_key=mykey&job=e30')],
    ['padding added', (query: string) => query.replace('e30', 'e30=')],
    ['a second signature', (query: string) => `${query}&s=${'0'.repeat(64)}`],
    ['half a signature', (query: string) => query.slice(0, -32)],
    ['no signature', (query: string) => query.replace(/&s=.*/, '')],
    ['nothing at all', () => ''],
  ])('with %s is refused', (_, change) => {
    expect(() => read(change(sign('job=e30&cache_key=mykey')))).toThrow(
      expect.objectContaining({ status: 403 }),
    );
  });

  it.each([
    '',
    'job=',
    'job=%%%',
    'job=bm9qc29u',
    `job=${Buffer.from('[1]').toString('base64')}`,
    `job=${Buffer.from(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`).toString('base64')}`,
  ])('without a job (%j) is told so', (prefix) => {
    expect(() => read(sign(prefix))).toThrow(
      expect.objectContaining({ status: 422, errors: { job: [expect.any(String)] } }),
    );
  });

  it.each(['a b', 'a/b', '', 'ü', 'x'.repeat(201)])('has no cache key like %j', (key) => {
    expect(() => read(sign(`job=e30&cache_key=${encodeURIComponent(key)}`))).toThrow(
      expect.objectContaining({ status: 422, errors: { cache_key: [expect.any(String)] } }),
    );
  });
});
