/** How a name that a server sent becomes the name of a file. Pure. */

/** The limit of every common file system, in bytes of UTF-8. */
const maxBytes = 255;

/** A name that a server sent, made harmless: no folders, no control characters, short enough. Undefined: nothing is left. */
export function safeFileName(name: string): string | undefined {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const clean = last.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '').trim();
  if (/^\.*$/.test(clean)) return undefined;
  return shortened(clean);
}

/** The extension survives, as formats go by it. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= maxBytes) return name;
  const extension = /\.[^.]{1,20}$/.exec(name)?.[0] ?? '';
  const stem = Buffer.from(name.slice(0, name.length - extension.length));
  const room = maxBytes - Buffer.byteLength(extension);
  // As a stream, because a decoder then keeps back a character that was cut in two.
  return new TextDecoder().decode(stem.subarray(0, room), { stream: true }) + extension;
}
