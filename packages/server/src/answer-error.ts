/** Whatever was thrown → what the client is answered. Nothing of the server's inside is told. */
import type { Socket } from 'node:net';
import { ApiError, badRequest, errorBody, tooLarge } from './api-error.ts';

export function answerTo(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const status = statusOf(error);
  if (status === 413) return tooLarge('The request is larger than the server allows.');
  if (status === 415) {
    return new ApiError(415, {
      code: 'UNSUPPORTED_MEDIA_TYPE',
      message: 'The body must be application/json.',
    });
  }
  if (status >= 400 && status < 500)
    return badRequest(error instanceof Error ? error.message : 'Bad request.');
  return new ApiError(500, { code: 'SERVER_ERROR', message: 'Server Error' });
}

function statusOf(error: unknown): number {
  const status: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'statusCode') : undefined;
  return typeof status === 'number' ? status : 500;
}

/** What is no HTTP, or comes too slowly: answered by hand, because there is no request yet. */
export function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(rawAnswer(answerToBrokenRequest(error.code)));
}

function answerToBrokenRequest(code: string | undefined): ApiError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return tooSlow();
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new ApiError(431, { code: 'HEADERS_TOO_LARGE', message: 'The headers are too large.' });
  }
  return badRequest('The request is not HTTP/1.1.');
}

export const tooSlow = (): ApiError =>
  new ApiError(408, { code: 'REQUEST_TIMEOUT', message: 'The request took too long to arrive.' });

const reasons: ReadonlyMap<number, string> = new Map([
  [400, 'Bad Request'],
  [408, 'Request Timeout'],
  [431, 'Request Header Fields Too Large'],
]);

export function rawAnswer(error: ApiError): string {
  const body = JSON.stringify(errorBody(error));
  return [
    `HTTP/1.1 ${error.status} ${reasons.get(error.status) ?? ''}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
