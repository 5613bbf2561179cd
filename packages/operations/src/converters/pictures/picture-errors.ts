/** Turns what libvips says of a file into what a person understands. What it does not know stays a failed converter. */
import { ConversionError } from '../../host/protocol.ts';
import { formatLabel, formatOfBytes } from '../../files/magic.ts';

export interface Picture {
  readonly name: string;
  readonly head: Uint8Array;
}

export function pictureError(error: unknown, picture: Picture): unknown {
  if (error instanceof ConversionError || !(error instanceof Error)) return error;
  const { message } = error;
  if (
    /No space left on device|Disk quota exceeded|Read-only file system|unable to open for write/u.test(
      message,
    )
  ) {
    return new ConversionError(
      'write-failed',
      `The picture cannot be written: ${lastLine(message)}.`,
      'Free some space.',
    );
  }
  if (/Input file is missing/u.test(message)) {
    return new ConversionError('not-found', `"${picture.name}" is not there any more.`);
  }
  if (/unsupported image format/u.test(message)) return notAnImage(picture);
  if (/XML|svgload|rsvg/iu.test(message)) return brokenDrawing(message, picture);
  if (/exceeds pixel limit|too large for the|dimension/iu.test(message)) {
    return new ConversionError(
      'too-large',
      `"${picture.name}": ${lastLine(message)}.`,
      'Ask for a smaller size.',
    );
  }
  if (damage.test(message)) return damaged(message, picture);
  return error;
}

const damage =
  /premature end|read error|unexpected end|end of (?:file|stream)|bad seek|truncat|corrupt|unable to parse|not enough|invalid|bad (?:data|header|huffman)|decode|out of order|TIFFRead|gifload|webp:|vipspng|heif:/iu;

function notAnImage({ name, head }: Picture): ConversionError {
  const format = formatOfBytes(head);
  const kind =
    format === undefined
      ? 'its first bytes are those of no known format'
      : `it looks like ${formatLabel(format)}`;
  return new ConversionError(
    'bad-input',
    `"${name}" is not an image that can be read: ${kind}.`,
    'JPEG, PNG, WebP, AVIF, GIF, TIFF and SVG can be read; check that the file is what its name says.',
  );
}

function brokenDrawing(message: string, { name }: Picture): ConversionError {
  return new ConversionError(
    'bad-input',
    `"${name}" cannot be drawn: ${lastLine(message)}.`,
    'Open it in a browser or a drawing program, and save it again as SVG.',
  );
}

function damaged(message: string, { name }: Picture): ConversionError {
  const reason =
    message.split('\n').find((line) => !line.includes('bad seek') && !line.includes('unable to write')) ?? '';
  return new ConversionError(
    'bad-input',
    `"${name}" is damaged or cut off: not all of its picture can be read (${reason.trim()}).`,
    'Copy or download it again from its source.',
  );
}

function lastLine(message: string): string {
  const lines = message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return (lines[lines.length - 1] ?? message).replace(/\.$/u, '');
}
