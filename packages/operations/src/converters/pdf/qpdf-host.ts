/**
 * qpdf as a library, inside a converter host: runs one job in qpdf's own JSON. The job itself is never written to disk,
 * since it may hold a password; of the disk, qpdf sees the folder of the job and nothing else.
 */
import { createRequire } from 'node:module';
import createModule from '@neslinesli93/qpdf-wasm';
import type { JsonObject } from '@pipeline/schema';
import type { HostModule } from '../../host/protocol.ts';
import { jobObject, jobText } from '../../host/read-job.ts';

export const host: HostModule = { run };

/** `{ job, workDir }` → `{ exitCode, said }`: 0 is well, 3 is well with warnings. */
async function run(given: JsonObject): Promise<JsonObject> {
  const said: number[] = [];
  const hear = (byte: number | null): void => {
    if (byte !== null) said.push(byte);
  };
  const wasm = createRequire(import.meta.url).resolve('@neslinesli93/qpdf-wasm/dist/qpdf.wasm');
  // A program runs once: each job gets a new one, which takes some 15 ms.
  const qpdf: unknown = await load(wasm, hear);
  if (!isQpdf(qpdf)) throw new Error('the qpdf library has changed');
  qpdf.FS.mkdir('/work');
  qpdf.FS.mount(qpdf.NODEFS, { root: jobText(given, 'workDir') }, '/work');
  qpdf.FS.chdir('/work');
  qpdf.FS.writeFile('/job.json', JSON.stringify(jobObject(given, 'job')));
  const exitCode = qpdf.callMain(['--job-json-file=/job.json']);
  // A library that ends its "program" says so to the process, too.
  process.exitCode = 0;
  return { exitCode, said: Buffer.from(said).toString('utf8') };
}

interface Qpdf {
  readonly callMain: (args: readonly string[]) => number;
  readonly NODEFS: object;
  readonly FS: {
    readonly mkdir: (path: string) => void;
    readonly mount: (type: object, options: { readonly root: string }, path: string) => void;
    readonly chdir: (path: string) => void;
    readonly writeFile: (path: string, text: string) => void;
  };
}

interface EarlyModule {
  readonly FS: {
    readonly init: (
      input: () => null,
      output: (byte: number | null) => void,
      error: (byte: number | null) => void,
    ) => void;
  };
}

/** The types of the package know less than it can do. */
function load(wasm: string, hear: (byte: number | null) => void): Promise<unknown> {
  const settings = {
    locateFile: () => wasm,
    noInitialRun: true,
    preRun: [(early: EarlyModule) => early.FS.init(() => null, hear, hear)],
  };
  return createModule(settings);
}

function isQpdf(value: unknown): value is Qpdf {
  return (
    typeof value === 'object' && value !== null && 'callMain' in value && 'FS' in value && 'NODEFS' in value
  );
}
