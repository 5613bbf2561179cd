/** A bucket and the credentials for it; makes signed calls of plain requests. */
import { ok } from '@pipeline/schema';
import { s3Failure } from './s3-failure.ts';
import type { S3Subject } from './s3-failure.ts';
import type { S3Credentials } from './s3-sign.ts';
import { signed } from './s3-sign.ts';
import type { StoreCall, StoreRequest } from './store-http.ts';

export interface S3Bucket {
  readonly name: string;
  /** Of the bucket; ends in a slash. */
  readonly root: URL;
  readonly isAmazon: boolean;
  readonly credentials: S3Credentials;
}

export interface S3Request {
  readonly request: StoreRequest;
  readonly sha256: string;
  readonly action: S3Subject['action'];
  readonly address: string;
}

export function s3Call(
  { name, credentials }: S3Bucket,
  { request, sha256, action, address }: S3Request,
): StoreCall {
  const subject: S3Subject = { bucket: name, region: credentials.region, address, action };
  return {
    make: async () => ok(await signed(request, { ...credentials, sha256 })),
    explain: (answer) => s3Failure(answer, subject),
  };
}
