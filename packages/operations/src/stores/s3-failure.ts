/** What S3's error codes mean in plain words, and what to do. Pure. */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Answer } from './store-http.ts';
import { parseXml, textOf } from './store-xml.ts';

export interface S3Subject {
  readonly bucket: string;
  readonly region: string;
  /** Of the file, or of the folder that was listed. */
  readonly address: string;
  readonly action: 'read' | 'list' | 'write';
}

const rights = { read: 's3:GetObject', list: 's3:ListBucket', write: 's3:PutObject' } as const;

export function s3Failure({ status, headers, text }: Answer, subject: S3Subject): Failure | undefined {
  const error = parseXml(text);
  const code = textOf(error, 'Error', 'Code') ?? '';
  const { bucket, address, action, region } = subject;
  switch (code) {
    case 'NoSuchKey':
      return failure('not-found', `there is no object ${address}`, {
        hint: 'check the key: case counts, and it does not start with a slash',
      });
    case 'NoSuchBucket':
      return failure('not-found', `there is no bucket "${bucket}"`, { hint: 'check bucket and endpoint' });
    case 'InvalidAccessKeyId':
      return refused(subject, 'it knows no such access_key_id', 'check access_key_id, and that it is active');
    case 'SignatureDoesNotMatch':
      return refused(
        subject,
        'the signature is wrong, so the secret_access_key is not that of this access_key_id',
        'check secret_access_key: a blank or a line break at its end is the usual reason',
      );
    case 'ExpiredToken':
    case 'TokenRefreshRequired':
      return refused(subject, 'the session_token has expired', 'sign in again and set the new one');
    case 'InvalidToken':
      return refused(subject, 'the session_token is not valid', 'set all three credentials of one sign-in');
    case 'RequestTimeTooSkewed':
      return refused(subject, 'the clock of this machine is wrong', 'set the clock: 15 minutes are too much');
    case 'PermanentRedirect':
    case 'TemporaryRedirect':
    case 'AuthorizationHeaderMalformed':
    case 'IllegalLocationConstraintException':
      return wrongRegion(subject, textOf(error, 'Error', 'Region') ?? headers['x-amz-bucket-region']);
    case 'AccessControlListNotSupported':
      return refused(subject, 'the bucket takes no acl', 'take acl out of the task');
    default:
  }
  if (status === 403 || status === 401) {
    return refused(
      subject,
      'these credentials may not do that',
      `give them ${rights[action]} for ${address}`,
    );
  }
  if (status === 404 && action !== 'write') {
    return failure('not-found', `there is no object ${address}`, { hint: 'check bucket, key and endpoint' });
  }
  if (status >= 300 && status < 400) return wrongRegion(subject, headers['x-amz-bucket-region']);
  const said = textOf(error, 'Error', 'Message');
  if (code === '') return undefined;
  return failure(status >= 500 ? 'network' : 'refused', `${cannot(subject)}: ${said ?? code} (${code})`, {
    hint: `check the options of the task; region is "${region}"`,
  });
}

function wrongRegion(subject: S3Subject, right: unknown): Failure {
  const where = typeof right === 'string' && right !== '' ? `"${right}"` : 'another one';
  return refused(
    subject,
    `the bucket is not in region "${subject.region}" but in ${where}`,
    where === 'another one' ? 'check region and endpoint' : `set region: ${where}`,
  );
}

const cannot = ({ action, address }: S3Subject): string => `cannot ${action} ${address}`;

const refused = (subject: S3Subject, why: string, hint: string): Failure =>
  failure('refused', `${cannot(subject)}: ${why}`, { hint });
