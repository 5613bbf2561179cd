// Converts one sample once, by the operation that a pipeline would run, and has the output opened.
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkFile } from './check-file.mjs';
import { others, twins } from '../samples/twins.mjs';
import { operations, schema } from './library.mjs';

const samplesDir = fileURLToPath(new URL('../../packages/operations/test/formats/samples', import.meta.url));
const sampleOf = (format) => path.join(samplesDir, `sample.${twins[format] ?? format}`);

export const hasSample = (format) => existsSync(sampleOf(format));

/** A file of that format that can become the other. */
export function sampleFor(from, to) {
  const needs = to === 'ini' ? 'sections' : schema.formatKind(to) === 'font' ? 'font' : undefined;
  const other = others[needs]?.[from];
  return other === undefined ? sampleOf(from) : path.join(samplesDir, other);
}

const limitMs = 90_000;

/** `libreoffice+pdfium via pdf` */
export const converterLabel = ({ name, via }) => (via === undefined ? name : `${name} via ${via}`);

/** `{ converter, ms, why }`; `why` is absent when all is well. */
export async function runPair({ from, to }, scratch) {
  const began = performance.now();
  const ended = (more) => ({ from, to, ms: Math.round(performance.now() - began), ...more });
  const found = await operations.findConverter({ from, to, options: {} });
  if (!found.ok) return ended({ why: found.error.message });
  const converter =
    found.value.via === undefined ? found.value.name : `${found.value.name} via ${found.value.via}`;
  mkdirSync(scratch, { recursive: true });
  try {
    const made = await convert({ from, to }, scratch);
    const ms = Math.round(performance.now() - began);
    const why = made.ok ? await look(made.value.outputs, { from, to }) : made.error.message;
    return {
      from,
      to,
      converter,
      ms,
      ...(why === undefined ? {} : { why: why.split('\n')[0].slice(0, 240) }),
    };
  } catch (error) {
    return ended({
      converter,
      why: `thrown: ${String(error?.message ?? error)
        .split('\n')[0]
        .slice(0, 240)}`,
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

let backend;

async function convert({ from, to }, workDir) {
  backend ??= operations.createLocalBackend({ maxHosts: 2 });
  const operation = await backend.load('convert');
  const source = sampleFor(from, to);
  const isNamedSo = path.basename(source) === `sample.${from}`;
  const file = isNamedSo ? source : path.join(workDir, `sample.${from}`);
  if (!isNamedSo) copyFileSync(source, file);
  const input = {
    task: 'sample',
    dir: '',
    name: path.basename(file),
    format: from,
    path: file,
    sizeBytes: statSync(file).size,
  };
  const options = { output_format: to };
  const task = { name: 'convert', operation: 'convert', options };
  const outputs = path.join(workDir, 'work');
  mkdirSync(outputs);
  return operation.run(
    { task, address: 'convert', variant: {}, inputs: [input], fileInputs: {}, options },
    {
      baseDir: samplesDir,
      allowedDirs: [samplesDir, workDir],
      jobId: 'formats',
      startedAt: 1_700_000_000_000,
      workDir: outputs,
      signal: AbortSignal.timeout(limitMs),
      attempt: 1,
      progress: () => undefined,
    },
  );
}

async function look(outputs, { from, to }) {
  const [first] = outputs;
  if (first === undefined) return 'nothing was written';
  try {
    return await checkFile({ path: first.path, from, to });
  } catch (error) {
    return `cannot be opened: ${String(error?.message ?? error).split('\n')[0]}`;
  }
}

export async function closeBackend() {
  await backend?.close();
}
