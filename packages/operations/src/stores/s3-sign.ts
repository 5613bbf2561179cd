/** Signs a request for S3 with Signature Version 4. The payload's hash is signed too, so the store checks every byte. */
import { AwsV4Signer } from 'aws4fetch';
import type { StoreRequest } from './store-http.ts';

export interface S3Credentials {
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

export interface Signing extends S3Credentials {
  /** Hex, of the body. */
  readonly sha256: string;
  /** `20130524T000000Z`; now when absent. */
  readonly datetime?: string;
}

/** Of no bytes at all. */
export const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export async function signed(request: StoreRequest, signing: Signing): Promise<StoreRequest> {
  const { method, url, headers } = request;
  const { region, accessKeyId, secretAccessKey, sessionToken, sha256, datetime } = signing;
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    headers: { ...headers, 'x-amz-content-sha256': sha256 },
    service: 's3',
    region,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    ...(datetime !== undefined && { datetime }),
  });
  const { headers: all } = await signer.sign();
  return { ...request, headers: Object.fromEntries(all.entries()) };
}
