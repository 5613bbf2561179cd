/**
 * HMACs as CloudConvert and its SDKs make them: lower-case hex of HMAC-SHA256. They sign webhooks (over the raw body)
 * and signed URLs (over the URL up to `&s=`). Comparing takes the same time whatever is given. It knows no HTTP.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export type Secret = string | Uint8Array;

/** The value of `CloudConvert-Signature` for a body, and of `s=` for the URL before it. Text is taken as UTF-8. */
export function hexHmac(secret: Secret, message: string | Uint8Array): string {
  return createHmac('sha256', secret).update(message).digest('hex');
}

/** For signatures and keys alike: hashing first hides the length too. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
