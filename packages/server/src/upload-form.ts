/**
 * The form by which a client posts the file of an `import/upload` task: fields in the order of CloudConvert's storage
 * (an S3 POST policy), all of them text. The policy says which task, and until when; its signature is checked when the
 * form comes back, so whoever has the form needs no API key, and nobody can make one. It reads no request.
 */
import type { StoredTask } from './job.ts';
import { hexHmac, isSameSecret, type Secret } from './signatures.ts';
import { forbidden, invalidData } from './api-error.ts';
import { fileNameOf, isId } from './files.ts';

export type UploadForm = {
  readonly url: string;
  readonly parameters: Readonly<Record<string, string>>;
};

/** What a form that came back is for. */
export interface UploadTarget {
  readonly taskId: string;
  /** Safe: what the file is called from now on. */
  readonly filename: string;
}

export const uploadPath = '/tasks';
export const uploadBucket = 'tasks';

/** From the making of the task, so that a form that is shown again is the same. */
const uploadFormMs: number = 6 * 60 * 60 * 1000;

/** A condition of a policy: a field has this value, or begins with it. */
type Condition = Readonly<Record<string, string>> | readonly ['starts-with', string, string];

interface Policy {
  readonly expiration: string;
  readonly conditions: readonly Condition[];
}

/** `base`: where this server is reached, without a slash at the end. */
export function uploadForm(task: StoredTask, base: string, secret: Secret): UploadForm {
  const date = compactDate(task.createdAt);
  const credential = `pipeline/${date.slice(0, 8)}/local/s3/aws4_request`;
  const redirect = redirectOf(task);
  const ending: Record<string, string> =
    redirect === undefined ? { success_action_status: '201' } : { success_action_redirect: redirect };
  const signed = {
    'X-Amz-Credential': credential,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Date': date,
  };
  const policy = encodePolicy({
    expiration: `${new Date(task.createdAt + uploadFormMs).toISOString().slice(0, 19)}Z`,
    conditions: [
      { acl: 'private' },
      { bucket: uploadBucket },
      ['starts-with', '$key', `${task.id}/`],
      ending,
      { 'X-Amz-Date': date },
      { 'X-Amz-Credential': credential },
      { 'X-Amz-Algorithm': signed['X-Amz-Algorithm'] },
    ],
  });
  return {
    url: `${base}${uploadPath}`,
    parameters: {
      acl: 'private',
      key: `${task.id}/\${filename}`,
      ...ending,
      ...signed,
      Policy: policy,
      'X-Amz-Signature': hexHmac(secret, policy),
    },
  };
}

/** Where the browser is sent after the upload: only pages, nothing that runs. */
export function redirectOf({ payload }: StoredTask): string | undefined {
  const { redirect } = payload;
  return typeof redirect === 'string' && /^https?:\/\//i.test(redirect) && URL.canParse(redirect)
    ? new URL(redirect).href
    : undefined;
}

/** Throws the answer to a form that is not ours, or not valid any more. `filename` is as the client sent it. */
export function checkUploadForm(
  fields: ReadonlyMap<string, string>,
  { filename, secret, now }: { readonly filename: string; readonly secret: Secret; readonly now: number },
): UploadTarget {
  const policy = signedPolicy(fields, secret);
  if (now >= Date.parse(policy.expiration)) throw forbidden('The upload form has expired. Make a new task.');
  for (const condition of policy.conditions) checkCondition(condition, fields);
  const key = fields.get('key') ?? '';
  const slash = key.indexOf('/');
  const taskId = key.slice(0, slash);
  if (slash < 0 || !isId(taskId)) throw forbidden('The key belongs to no task.');
  return { taskId, filename: fileNameOf(key.slice(slash + 1).replaceAll('${filename}', () => filename)) };
}

function signedPolicy(fields: ReadonlyMap<string, string>, secret: Secret): Policy {
  const missing = ['key', 'Policy', 'X-Amz-Signature'].filter((name) => !fields.has(name));
  if (missing.length > 0) {
    const said = 'The field is missing. All fields of the form come before the file.';
    throw invalidData(Object.fromEntries(missing.map((name) => [name, [said]])));
  }
  const policy = fields.get('Policy') ?? '';
  if (!isSameSecret(fields.get('X-Amz-Signature') ?? '', hexHmac(secret, policy))) {
    throw forbidden('The signature of the upload form is wrong.');
  }
  // It is ours: nobody else could sign it.
  return JSON.parse(Buffer.from(policy, 'base64').toString());
}

function checkCondition(condition: Condition, fields: ReadonlyMap<string, string>): void {
  const [[name, value] = ['', ''], isPrefix] = isStart(condition)
    ? [[condition[1].slice(1), condition[2]] as const, true]
    : [Object.entries(condition)[0], false];
  if (name === 'bucket') return;
  const given = fields.get(name) ?? '';
  if (isPrefix ? given.startsWith(value) : given === value) return;
  throw forbidden(`The field ${name} is not as the upload form has it.`);
}

const isStart = (condition: Condition): condition is readonly ['starts-with', string, string] =>
  Array.isArray(condition);

/** `1608183233000` → `20201217T053353Z`. */
const compactDate = (timeMs: number): string => new Date(timeMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');

/** With `\/` for every slash, as recorded. */
const encodePolicy = (policy: Policy): string =>
  Buffer.from(JSON.stringify(policy).replaceAll('/', '\\/')).toString('base64');
