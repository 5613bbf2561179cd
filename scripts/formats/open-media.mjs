// Length and tracks of a sound or film, by the libraries of FFmpeg (the media pack).
import { pathToFileURL } from 'node:url';
import { fromOperations } from './library.mjs';

// What the library expects of newer Node.
Promise.withResolvers ??= function withResolvers() {
  let resolve;
  let reject;
  const promise = new Promise((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
};
Symbol.dispose ??= Symbol('Symbol.dispose');
Symbol.asyncDispose ??= Symbol('Symbol.asyncDispose');

let library;

/** Seconds (0 when it does not tell) and the kinds of its tracks. */
export async function openMedia(file) {
  library ??= import(pathToFileURL(fromOperations.resolve('node-av/api')).href);
  const { Demuxer } = await library;
  const input = await Demuxer.open(file);
  try {
    const kinds = input.streams.map(({ codecpar }) =>
      codecpar.codecType === 0 ? 'video' : codecpar.codecType === 1 ? 'audio' : 'other',
    );
    return { seconds: input.duration, kinds };
  } finally {
    await input.close?.();
  }
}
