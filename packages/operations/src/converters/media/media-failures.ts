/** What goes wrong with video and sound, in words: mistakes in options, files that are not what they say, and FFmpeg's messages. */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine/failure';

export function invalidOption(message: string, hint: string): Failure {
  return failure('unsupported', message, { code: 'INVALID_OPTION', hint });
}

export function noSound(name: string, to: string): Failure {
  return failure('bad-input', `${JSON.stringify(name)} has no sound, so that nothing can become ${to}`, {
    hint: 'The file holds a video without an audio track.',
  });
}

export function noVideo(name: string, to: string): Failure {
  return failure(
    'bad-input',
    `${JSON.stringify(name)} has no video: it holds sound only, so that nothing can become ${to}`,
    {
      hint: 'Convert it to a format of sound, such as mp3.',
    },
  );
}

export function protectedFile(name: string): Failure {
  return failure('bad-input', `${JSON.stringify(name)} is protected by DRM and cannot be converted`, {
    code: 'DRM_PROTECTED',
    hint: 'Only the shop that sold it can give an unprotected copy.',
  });
}

export function endsEarly(
  name: string,
  { got, wanted }: { readonly got: string; readonly wanted: string },
): Failure {
  return failure(
    'bad-input',
    `${JSON.stringify(name)} ends after ${got}, though it says that it lasts ${wanted}`,
    {
      hint: 'The file is cut off or damaged: copy or download it again from its source.',
    },
  );
}

/** Files that only point to others. Nothing of them is ever followed. */
const playlists: readonly (readonly [start: string, what: string])[] = [
  ['#EXTM3U', 'an M3U8 playlist'],
  ['ffconcat', 'a concat script'],
  ['<?xml', 'an XML file'],
  ['<MPD', 'a DASH manifest'],
  ['<asx', 'an ASX playlist'],
  ['<smil', 'a SMIL playlist'],
  ['[playlist]', 'a PLS playlist'],
  ['[Reference]', 'an ASX playlist'],
  ['RTSPtext', 'an RTSP playlist'],
  ['SMIL', 'a SMIL playlist'],
  ['v=0', 'an SDP description'],
];

/** Undefined: the first bytes are not those of a file that points to others. */
export function playlistFailure(head: Uint8Array, name: string): Failure | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 512)).toString('latin1');
  const trimmed = text
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  const found = playlists.find(([start]) => trimmed.startsWith(start.toLowerCase()));
  if (found === undefined) return undefined;
  return failure('bad-input', `${JSON.stringify(name)} is no video or sound, but ${found[1]}`, {
    hint: 'Such a file only points to others, and these are never read: give the files themselves.',
  });
}

/** The words of FFmpeg that have a known meaning; the first that matches. */
const meanings: readonly (readonly [
  pattern: RegExp,
  failure: (name: string, found: RegExpExecArray) => Failure,
])[] = [
  [
    /moov atom not found/i,
    (name) => broken(name, 'ends before its index: it is cut off, or still being written'),
  ],
  [/DRM|protected stream|encrypted/i, (name) => protectedFile(name)],
  [
    /Unknown encoder '([^']+)'|Encoder not found.*?'?(\S+)'?/i,
    (_name, found) =>
      failure('unsupported', `The installed ffmpeg has no encoder ${found[1] ?? found[2] ?? ''}`.trim(), {
        hint: 'Choose another codec, or install an ffmpeg that was built with it.',
      }),
  ],
  [
    /No space left on device/i,
    () => failure('write-failed', 'The disk is full', { hint: 'Make room, and run it again.' }),
  ],
  [
    /Unsupported codec|Decoder \(codec ([^)]+)\) not found|Decoding requested, but no decoder/i,
    (name) =>
      failure('unsupported', `${JSON.stringify(name)} is coded in a way that ffmpeg cannot read`, {
        hint: 'Convert it with the program that made it.',
      }),
  ],
  [
    /Invalid data found when processing input|could not find codec parameters|End of file|Failed to open segment|Invalid argument.*Error opening input/i,
    (name) =>
      broken(
        name,
        'holds nothing that can be read as video or sound: it is damaged, cut off, or something else',
      ),
  ],
  [
    /Output file is empty|does not contain any stream|Nothing was encoded/i,
    (name) => broken(name, 'holds no picture and no sound in the part that was asked for'),
  ],
];

const broken = (name: string, why: string): Failure =>
  failure('bad-input', `${JSON.stringify(name)} ${why}`, {
    hint: 'Play it to see whether it is whole, or copy it again from its source.',
  });

/** Undefined: the words say nothing that is known. */
export function explainFfmpeg(stderr: string, name: string): Failure | undefined {
  for (const [pattern, make] of meanings) {
    const found = pattern.exec(stderr);
    if (found !== null) return make(name, found);
  }
  return undefined;
}
