/** Answers that are no success, as CloudConvert words them: `{message, code, errors?}`. It knows no route. */
import type { JsonObject } from '@pipeline/schema';

/** By field, as `tasks.import-1.url`: what is wrong with it. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** Thrown by routes and hooks; the app makes the answer of it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: FieldErrors | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    said: { readonly code: string; readonly message: string; readonly errors?: FieldErrors },
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(said.message);
    this.status = status;
    this.code = said.code;
    this.errors = said.errors;
    this.headers = headers;
  }
}

export function errorBody({ message, code, errors }: ApiError): JsonObject {
  return { message, code, ...(errors !== undefined && { errors }) };
}

export const invalidData = (errors: FieldErrors): ApiError =>
  new ApiError(422, { code: 'INVALID_DATA', message: 'The given data was invalid.', errors });

/** A step that the state of the task does not allow: 400, as recorded, where data that is wrong in itself is 422. */
export const invalidState = (message: string): ApiError =>
  new ApiError(400, {
    code: 'INVALID_DATA',
    message: 'The given data was invalid.',
    errors: { status: [message] },
  });

export const badRequest = (message: string): ApiError => new ApiError(400, { code: 'INVALID_DATA', message });

export const unauthenticated = (): ApiError =>
  new ApiError(401, { code: 'UNAUTHENTICATED', message: 'Unauthenticated.' });

export const forbidden = (message: string): ApiError => new ApiError(403, { code: 'FORBIDDEN', message });

export const notFound = (what: string): ApiError =>
  new ApiError(404, { code: 'NOT_FOUND', message: `${what} was not found.` });

export const tooLarge = (message: string): ApiError =>
  new ApiError(413, { code: 'PAYLOAD_TOO_LARGE', message });

export const tooManyJobs = (limit: number): ApiError =>
  new ApiError(402, {
    code: 'TOO_MANY_JOBS',
    message: `You have started too many jobs at once. At most ${limit} may be open.`,
  });

export const tooManyRequests = (headers: Readonly<Record<string, string>>): ApiError =>
  new ApiError(429, { code: 'TOO_MANY_REQUESTS', message: 'Too Many Attempts.' }, headers);

export const shuttingDown = (): ApiError =>
  new ApiError(503, { code: 'SHUTTING_DOWN', message: 'The server is stopping.' }, { 'Retry-After': '5' });
