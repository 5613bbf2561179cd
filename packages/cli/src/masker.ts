/**
 * Takes the values of secrets out of everything that leaves the process: events before any view sees them, and lines
 * of text. A value is also found in the forms that it commonly takes in URLs, headers and JSON.
 */
import type { JobEvent } from '@pipeline/engine';

export interface Masker {
  readonly text: (text: string) => string;
  readonly event: (event: JobEvent) => JobEvent;
}

/** Words of a closed vocabulary: a secret that happens to be "finished" must not break the protocol. */
const vocabularyKeys = new Set(['type', 'status', 'operation', 'backend', 'code']);

const stars = '***';

export function createMasker(secrets: Readonly<Record<string, string>>): Masker {
  const forms = [...new Set(Object.values(secrets).flatMap(formsOf))]
    .filter((form) => form !== '')
    // The longest first: a part of a secret must not be replaced inside the whole.
    .sort((a, b) => b.length - a.length);
  if (forms.length === 0) return { text: (text) => text, event: (event) => event };
  const pattern = new RegExp(forms.map(escapeForRegExp).join('|'), 'g');
  const text = (value: string): string => value.replace(pattern, stars);
  const event = (original: JobEvent): JobEvent => {
    const masked: JobEvent = JSON.parse(JSON.stringify(original), (key, value) =>
      typeof value === 'string' && !vocabularyKeys.has(key) ? text(value) : value,
    );
    return masked;
  };
  return { text, event };
}

/** As it is; each line of it, as logs break at lines; in a URL; in JSON; in an `Authorization: Basic` header. */
function formsOf(value: string): readonly string[] {
  const lines = value.split(/\r?\n/).filter((line) => line.trim().length > 3);
  const bytes = Buffer.from(value, 'utf8');
  return [
    value,
    ...lines,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    ...(bytes.length > 3 ? [bytes.toString('base64'), bytes.toString('base64url')] : []),
  ];
}

function escapeForRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
