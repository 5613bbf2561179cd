/**
 * `Content-Disposition` of a part of a form: the name of the field and of the file, as browsers, curl, CloudConvert's
 * SDKs and careless clients write them. A file name is taken as it was meant rather than as the grammar has it:
 *
 *     form-data; name="file"; filename="a;b.png"               browsers: `"` as %22
 *     form-data; name="file"; filename="a\"b.png"              curl
 *     form-data;name="file";filename=in put;ü "x".png          Node SDK: to the end of the line, whatever stands there
 *     form-data; name=file; filename=x.png; filename*=UTF-8''%C3%BC.png
 */
export interface Disposition {
  readonly name?: string;
  /** Not safe: it may hold folders. */
  readonly filename?: string;
}

/** Bytes, as only some clients say in which encoding they write. */
export function readDisposition(header: Buffer): Disposition {
  const text = decoded(header);
  const type = /^\s*form-data\s*(?=;|$)/i.exec(text);
  if (type === null) return {};
  const parameters = readParameters(text.slice(type[0].length));
  const name = parameters.get('name');
  const filename = extended(parameters.get('filename*')) ?? parameters.get('filename');
  return { ...(name !== undefined && { name }), ...(filename !== undefined && { filename }) };
}

/** The first of each name counts. */
function readParameters(text: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  let rest = text;
  for (;;) {
    const start = /^[\s;]*([\w*-]+)[ \t]*=[ \t]*/.exec(rest);
    if (start === null) return parameters;
    const key = (start[1] ?? '').toLowerCase();
    const { value, length } = readValue(rest.slice(start[0].length));
    if (!parameters.has(key)) parameters.set(key, value);
    rest = rest.slice(start[0].length + length);
  }
}

/** What ends a value, apart from the end of the header: a parameter that forms have. Anything else belongs to the value. */
const next = String.raw`;[ \t]*(?:name|filename\*?)[ \t]*=`;
const nextParameter = new RegExp(next, 'i');
const quoted = new RegExp(String.raw`^"((?:\\["\\]|\\(?!["\\])|[^"\\])*)"[ \t]*(?=$|${next})`, 'i');
// With a quotation mark inside that is not escaped.
const badlyQuoted = new RegExp(String.raw`^"(.*?)"[ \t]*(?=$|${next})`, 'is');

function readValue(text: string): { readonly value: string; readonly length: number } {
  const found = quoted.exec(text) ?? badlyQuoted.exec(text);
  if (found !== null) return { value: unescaped(found[1] ?? ''), length: found[0].length };
  const at = nextParameter.exec(text)?.index ?? text.length;
  return { value: text.slice(0, at).trimEnd(), length: at };
}

const unescaped = (text: string): string => text.replaceAll(/\\(["\\])/g, '$1').replaceAll('%22', '"');

/** RFC 5987: `UTF-8''%C3%BC.png`. Undefined when it is anything else. */
function extended(value: string | undefined): string | undefined {
  const found = /^utf-8'[^']*'(.*)$/is.exec(value ?? '');
  if (found === null) return undefined;
  try {
    return decodeURIComponent(found[1] ?? '');
  } catch {
    return undefined;
  }
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}
