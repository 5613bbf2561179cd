/** Turns what ImageMagick says of a file into what a person understands. What it does not know stays a failed converter. */
import { ConversionError } from '../../host/protocol.ts';
import { formatLabel, formatOfBytes } from '../../files/magic.ts';

export function magickError(
  error: unknown,
  { name, head }: { readonly name: string; readonly head: Uint8Array },
): unknown {
  if (error instanceof ConversionError) return error;
  // LibRaw's own exceptions come out of wasm as they are, neither an Error nor a text: it gave the file up.
  const message = error instanceof Error ? error.message : 'UnableToDecode';
  if (/LimitExceeded|MemoryAllocationFailed|CacheResourcesExhausted|out of memory/iu.test(message)) {
    return new ConversionError(
      'too-large',
      `"${name}" is too large to be worked on here (${plain(message)}).`,
      'Ask for a smaller size, or scale it down in the program that made it.',
    );
  }
  const again = 'Copy or download it again from its source.';
  if (damage.test(message)) {
    return new ConversionError('bad-input', `"${name}" is damaged or cut off (${plain(message)}).`, again);
  }
  if (wrongContent.test(message)) {
    const found = formatOfBytes(head);
    const looks = found === undefined ? '' : ` It looks like ${formatLabel(found)}.`;
    return new ConversionError(
      'bad-input',
      `"${name}" cannot be read as a picture of its format (${plain(message)}).${looks}`,
      'Check that the file is what its name says, and is whole.',
    );
  }
  return error;
}

export const damage: RegExp =
  /EndOfFile|InsufficientImageData|Corrupt|UnableToReadImageData|UnableToUncompress|NotEnoughPixelData|NegativeOrZero|LengthAndFilesize|premature|truncated|too short|inconsistent with stream|TIFFFetch/iu;
const wrongContent =
  /ImproperImageHeader|NoDecodeDelegate|UnableToDecode|NotAuthorized|UnableToOpen|Invalid|Unsupported|NoImages|unsupported file/iu;

/** ``ImproperImageHeader `' @ error/bmp.c/ReadBMPImage/689`` → `improper image header` */
function plain(message: string): string {
  const [what = message] = message.split(/ [`@]/u);
  return what
    .replaceAll(/([a-z])([A-Z])/gu, '$1 $2')
    .toLowerCase()
    .trim();
}
