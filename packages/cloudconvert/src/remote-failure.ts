/** CloudConvert's ways to say no, as failures of ours: what went wrong, and what to do. It keeps CloudConvert's codes. */
import { failure, type Failure, type FailureType } from '@pipeline/engine';
import { isJsonObject, type JsonValue } from '@pipeline/schema';
import { listOf, type RemoteTask } from './remote-job.ts';

/** Of tasks. What is not here is the converter's. */
const typeByCode: Readonly<Record<string, FailureType>> = {
  INPUT_TASK_FAILED: 'input-failed',
  SANDBOX_FILE_NOT_ALLOWED: 'refused',
  CREDITS_EXCEEDED: 'refused',
  INVALID_CONVERSION_TYPE: 'unsupported',
  UNSUPPORTED_FORMAT: 'unsupported',
  INVALID_DATA: 'unsupported',
  INVALID_FILE: 'bad-input',
  INPUT_FORMAT_ERROR: 'bad-input',
  OPEN_FAILED: 'bad-input',
  FILE_TOO_LARGE: 'too-large',
  TIMEOUT: 'timed-out',
  DOWNLOAD_FAILED: 'network',
  UPLOAD_FAILED: 'network',
};

const hintByCode: Readonly<Record<string, string>> = {
  CREDITS_EXCEEDED:
    'buy credits at https://cloudconvert.com/dashboard, wait for tomorrow’s free ones, or run without "--on cloudconvert"',
  SANDBOX_FILE_NOT_ALLOWED:
    'the sandbox takes only files whose MD5 stands in its dashboard, https://cloudconvert.com/dashboard/api/v2/sandbox: add it, or leave "--sandbox" out',
};

export function taskFailure(task: RemoteTask, address: string): Failure {
  const code = task.code ?? 'CONVERSION_FAILED';
  const said = task.message ?? 'CloudConvert gives no reason';
  const hint = hintByCode[code];
  const { engine } = task;
  return failure(typeByCode[code] ?? 'converter-failed', `${address}: ${said}`, {
    code,
    ...(hint !== undefined && { hint }),
    ...(engine !== undefined && { converter: { name: engine } }),
  });
}

export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly body: JsonValue | undefined;
}

/** Of a request: what no second try would change. */
export function refusalFailure({ status, reason, body }: Refusal): Failure {
  const { code, message } = words(body);
  const said = message ?? (reason === '' ? `status ${status}` : reason);
  switch (status) {
    case 401:
      return failure('refused', `CloudConvert does not know this API key: ${said}`, {
        code: code ?? 'UNAUTHENTICATED',
        hint: 'set CLOUDCONVERT_API_KEY to a key from https://cloudconvert.com/dashboard/api/v2/keys; the sandbox has keys of its own',
      });
    case 402:
      return failure('refused', `CloudConvert: ${said}`, {
        code: code ?? 'PAYMENT_REQUIRED',
        hint: hintByCode['CREDITS_EXCEEDED'] ?? '',
      });
    case 403:
      return failure('refused', `CloudConvert does not allow this: ${said}`, {
        code: code ?? 'FORBIDDEN',
        hint: 'the API key needs the scopes task.read and task.write',
      });
    case 404:
      return failure('not-found', `CloudConvert does not have it (any more): ${said}`, {
        code: code ?? 'NOT_FOUND',
      });
    default:
      return failure('unsupported', `CloudConvert does not take this: ${said}`, {
        code: code ?? 'INVALID_DATA',
      });
  }
}

/** `message` and `code` of an error body, with what `errors` says of each field. */
export function words(body: JsonValue | undefined): { readonly code?: string; readonly message?: string } {
  if (!isJsonObject(body)) return {};
  const { code, message, errors } = body;
  const fields = isJsonObject(errors)
    ? Object.entries(errors).map(([field, said]) => `${field}: ${listOf(said).map(String).join(' ')}`)
    : [];
  const text = typeof message === 'string' ? [message, ...fields].join(' ') : fields.join(' ');
  return { ...(typeof code === 'string' && { code }), ...(text !== '' && { message: text }) };
}
