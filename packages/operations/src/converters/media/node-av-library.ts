/** Loads FFmpeg's libraries, quiet, with what Node 20 lacks put in before: the package needs it while it loads. In a host. */
import type * as Api from 'node-av/api';
import type * as Constants from 'node-av/constants';
import type * as Library from 'node-av/lib';

export interface AvLibrary {
  readonly api: typeof Api;
  readonly lib: typeof Library;
  readonly constants: typeof Constants;
  /** What FFmpeg complained about since it was last asked. */
  readonly complaints: () => Promise<string>;
}

let loaded: Promise<AvLibrary> | undefined;

export function loadAv(): Promise<AvLibrary> {
  loaded ??= load();
  return loaded;
}

const errorLevel = 16;
const keptComplaints = 50;

async function load(): Promise<AvLibrary> {
  addMissing();
  const [api, lib, constants] = await Promise.all([
    import('node-av/api'),
    import('node-av/lib'),
    import('node-av/constants'),
  ]);
  let said: string[] = [];
  lib.Log.setLevel(constants.AV_LOG_ERROR);
  lib.Log.setCallback((level, message) => {
    if (level <= errorLevel) said = [...said, message.trim()].slice(-keptComplaints);
  });
  return {
    api,
    lib,
    constants,
    complaints: async () => {
      // They come from other threads, a little later.
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
      const text = said.join('\n');
      said = [];
      return text;
    },
  };
}

function addMissing(): void {
  for (const name of ['dispose', 'asyncDispose']) {
    if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
  }
  if ('withResolvers' in Promise) return;
  Object.defineProperty(Promise, 'withResolvers', {
    value: () => {
      const parts: { resolve?: (value: unknown) => void; reject?: (reason: unknown) => void } = {};
      const promise = new Promise((resolve, reject) => {
        parts.resolve = resolve;
        parts.reject = reject;
      });
      return { promise, ...parts };
    },
  });
}
