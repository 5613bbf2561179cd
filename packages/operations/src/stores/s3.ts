/**
 * Amazon S3 and stores that speak its protocol. Buckets of Amazon are addressed by host name, those of an `endpoint` by
 * path, which every such store takes, unless the endpoint starts with the bucket's name.
 */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { textOption } from '../read-options.ts';
import { decodeKey, keyUrl, wrongUrlKey } from './keys.ts';
import { isFileKey, listPages } from './list-pages.ts';
import type { Page } from './list-pages.ts';
import { objectHeaders } from './s3-headers.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { s3Call } from './s3-bucket.ts';
import { emptySha256 } from './s3-sign.ts';
import { putObject } from './s3-upload.ts';
import type { S3Limits } from './s3-upload.ts';
import type { Listing, Place, RemoteFile, Session, Store } from './store.ts';
import { fetchFile } from './store-http.ts';
import type { Answer, StoreCall } from './store-http.ts';
import type { XmlNode } from './store-xml.ts';
import { childrenOf, parseXml, textOf } from './store-xml.ts';

const limits: S3Limits = { singleBytes: 100_000_000, partBytes: 64_000_000 };

export const s3: Store = createS3(limits);

export function createS3(sizes: S3Limits): Store {
  return {
    options: { one: 'key', many: 'key_prefix' },
    atOnce: 4,
    open: (options) => {
      const root = rootOf(options);
      if (!root.ok) return root;
      const headers = objectHeaders(options);
      if (!headers.ok) return headers;
      const bucket: S3Bucket = {
        name: textOption(options, 'bucket') ?? '',
        root: root.value,
        isAmazon: textOption(options, 'endpoint') === undefined,
        credentials: {
          region: textOption(options, 'region') ?? '',
          accessKeyId: textOption(options, 'access_key_id') ?? '',
          secretAccessKey: textOption(options, 'secret_access_key') ?? '',
          sessionToken: textOption(options, 'session_token'),
        },
      };
      return ok(placeOf(bucket, headers.value, sizes));
    },
  };
}

/** Ends in a slash; keys come behind it. */
function rootOf(options: JsonObject): Result<URL, Failure> {
  const bucket = textOption(options, 'bucket') ?? '';
  const region = textOption(options, 'region') ?? '';
  if (!/^[\w.-]+$/.test(bucket) || /^\.+$/.test(bucket))
    return err(wrongOption('bucket', 'holds characters that no bucket has'));
  if (!/^[\w-]+$/.test(region)) return err(wrongOption('region', 'is no name of a region'));
  const given = textOption(options, 'endpoint');
  if (given === undefined) {
    const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    const host = `s3.${region}.${domain}`;
    // The certificate covers one label in front of the host.
    return ok(
      /^[a-z0-9-]+$/.test(bucket)
        ? new URL(`https://${bucket}.${host}/`)
        : new URL(`https://${host}/${bucket}/`),
    );
  }
  const endpoint = URL.canParse(given) ? new URL(given) : undefined;
  if (endpoint === undefined || !/^https?:$/.test(endpoint.protocol))
    return err(wrongOption('endpoint', 'is no http or https address', 'https://s3.example.com'));
  if (endpoint.username !== '' || endpoint.search !== '' || endpoint.hash !== '')
    return err(wrongOption('endpoint', 'is more than the address of a store', 'https://s3.example.com'));
  const base = endpoint.pathname.replace(/\/*$/, '/');
  const isNamed = endpoint.hostname.startsWith(`${bucket}.`);
  return ok(new URL(isNamed ? base : `${base}${bucket}/`, endpoint));
}

const wrongOption = (name: string, why: string, example?: string): Failure =>
  failure('bad-input', `${name} ${why}`, {
    hint: example === undefined ? `check ${name}` : `write it as ${example}`,
  });

function placeOf(bucket: S3Bucket, headers: Readonly<Record<string, string>>, sizes: S3Limits): Place {
  const address = (key: string): string =>
    bucket.isAmazon ? `s3://${bucket.name}/${key}` : `${bucket.root.href}${key}`;
  return {
    address,
    wrongKey: (key) => (Buffer.byteLength(key) > 1024 ? 'is longer than 1,024 bytes' : wrongUrlKey(key)),
    join: (prefix, name) => prefix + name,
    list: (prefix, session) => list(bucket, { prefix, address: address(prefix) }, session),
    fetch: (wanted, session) => {
      const { key } = wanted;
      const call = s3Call(bucket, {
        request: { method: 'GET', url: keyUrl(bucket.root, key), headers: {} },
        sha256: emptySha256,
        action: 'read',
        address: address(key),
      });
      return fetchFile(call, wanted, session);
    },
    put: (upload, session) =>
      putObject({ bucket, headers, limits: sizes, address: address(upload.key) }, upload, session),
  };
}

function list(
  bucket: S3Bucket,
  { prefix, address }: { readonly prefix: string; readonly address: string },
  session: Session,
): Promise<Result<Listing, Failure>> {
  const call = (token: string | undefined): StoreCall => {
    const url = new URL(bucket.root);
    // Keys may hold characters that XML has no form for.
    const query = { 'list-type': '2', prefix, 'encoding-type': 'url' };
    url.search = new URLSearchParams(
      token === undefined ? query : { ...query, 'continuation-token': token },
    ).toString();
    const request = { method: 'GET', url, headers: {} } as const;
    return s3Call(bucket, { request, sha256: emptySha256, action: 'list', address });
  };
  return listPages({ prefix, address, call, read: readPage }, session);
}

function readPage({ text }: Answer): Page | undefined {
  const page = parseXml(text);
  if (page === undefined || childrenOf(page, 'ListBucketResult').length === 0) return undefined;
  const isLast = textOf(page, 'ListBucketResult', 'IsTruncated') !== 'true';
  const next = isLast ? undefined : textOf(page, 'ListBucketResult', 'NextContinuationToken');
  return { files: filesOf(page), next };
}

function filesOf(page: XmlNode): readonly RemoteFile[] {
  const isEncoded = textOf(page, 'ListBucketResult', 'EncodingType') === 'url';
  return childrenOf(page, 'ListBucketResult', 'Contents').flatMap((entry) => {
    const given = textOf(entry, 'Key') ?? '';
    const key = isEncoded ? decodeKey(given.replaceAll('+', ' ')) : given;
    return isFileKey(key) ? [{ key, sizeBytes: Number(textOf(entry, 'Size') ?? 0) }] : [];
  });
}
