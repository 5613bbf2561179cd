/**
 * Reads the file name out of a Content-Disposition header as RFC 6266 has it, and as servers really send it: raw
 * UTF-8, missing quotes, folders in front. Pure; the name may still need to be made safe.
 */

/** `header` as Node gives it: each byte one character. Undefined: it holds no name. */
export function dispositionFileName(header: string): string | undefined {
  const parameters = parametersOf(header);
  const extended = parameters.get('filename*');
  const decoded = extended === undefined ? undefined : decodeExtended(extended);
  // `filename*` wins wherever it stands; a broken one counts for nothing.
  return decoded ?? rawText(parameters.get('filename'));
}

const parameter = /;\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)/gs;

function parametersOf(header: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  // A header that is nothing but parameters is wrong and common.
  const text = /^\s*[\w-]+\*?\s*=/.test(header) ? `;${header}` : header;
  for (const [, name = '', value = ''] of text.matchAll(parameter)) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, unquote(value.trim()));
  }
  return parameters;
}

/** `\"` is a quote; other backslashes stay, since some servers send Windows paths. */
const unquote = (value: string): string =>
  value.startsWith('"')
    ? value.slice(1, value.length > 1 && value.endsWith('"') ? -1 : undefined).replaceAll(/\\(["\\])/g, '$1')
    : value;

/** RFC 8187: `UTF-8'en'na%C3%AFve.pdf` */
function decodeExtended(value: string): string | undefined {
  const match = /^([\w-]+)'[^']*'(.*)$/s.exec(value);
  if (match === null) return undefined;
  const [, charset = '', encoded = ''] = match;
  if (/%(?![0-9a-f]{2})/i.test(encoded)) return undefined;
  const bytes = Buffer.from(
    encoded.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  switch (charset.toLowerCase()) {
    case 'utf-8':
      return utf8(bytes);
    case 'iso-8859-1':
      return bytes.toString('latin1');
    default:
      return undefined;
  }
}

/** Bytes that are valid UTF-8 were meant as such; else Latin-1, as the old RFC has it. */
function rawText(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  return utf8(Buffer.from(value, 'latin1')) ?? value;
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
