// Operations on real files that are as small as can be, for tests of what a cache keeps and gives back; in plain
// JavaScript, since a process that a test kills runs them too. A processing task says by its options what it makes:
// `prefix` is put in front of the content, `keep` cuts it to so many characters (so that different inputs may give the
// same output), `beside` is a file that is read as well. Groups are joined.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

export function fileBackend({ onRun = () => {} } = {}) {
  const operations = {
    'import/local': {
      plan: (request) => ({ ok: true, value: { outputs: listed(request.options.path) } }),
      run: importFiles,
    },
    'export/local': { plan: planExport, run: exportFiles },
  };
  const work = { plan: planWork, run: (request, context) => makeFile(request, context, onRun) };
  return { name: 'local', load: async (name) => operations[name] ?? work, close: async () => {} };
}

function listed(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => ({ dir: '', name, path: path.join(folder, name) }));
}

async function importFiles({ options }) {
  return { ok: true, value: { outputs: listed(options.path) } };
}

function planExport({ inputs, options }) {
  return {
    ok: true,
    value: {
      outputs: inputs.map(({ dir, name }) => ({ dir, name })),
      writes: inputs.map(({ name }) => path.join(options.path, name)),
    },
  };
}

async function exportFiles({ inputs, options }, { hashFile }) {
  mkdirSync(options.path, { recursive: true });
  let isUnchanged = true;
  for (const input of inputs) {
    const target = path.join(options.path, input.name);
    if (existsSync(target) && input.sha256 !== undefined && (await hashFile?.(target)) === input.sha256)
      continue;
    isUnchanged = false;
    copyFileSync(input.path, `${target}.part`);
    const sha256 = createHash('sha256')
      .update(readFileSync(`${target}.part`))
      .digest('hex');
    // As the real export: what lies in the cache is looked at while it is copied.
    if (sha256 !== (input.sha256 ?? sha256)) {
      rmSync(`${target}.part`);
      return { ok: false, error: damaged(input) };
    }
    renameSync(`${target}.part`, target);
  }
  const outputs = inputs.map(({ dir, name }) => ({ dir, name, path: path.join(options.path, name) }));
  return { ok: true, value: { outputs, ...(isUnchanged && { isUnchanged }) } };
}

const damaged = ({ name }) => ({
  type: 'not-found',
  code: 'NOT_FOUND',
  message: `the stored ${name} is damaged`,
  isTransient: false,
});

const nameOf = ({ inputs, options, task }) =>
  inputs.length === 1 && task.groupBy === 'file'
    ? `${options.prefix ?? ''}${inputs[0].name}`
    : `${task.name}.txt`;

function planWork(request) {
  return {
    ok: true,
    value: { outputs: [{ dir: '', name: nameOf(request) }], converter: { name: 'join', version: '1' } },
  };
}

async function makeFile(request, { workDir }, onRun) {
  const { inputs, options } = request;
  const content = inputs.map((input) => readFileSync(input.path, 'utf8'));
  onRun({
    address: request.address,
    options,
    inputs: inputs.map(({ name }, index) => [name, content[index]]),
  });
  const beside =
    options.beside === undefined
      ? ''
      : existsSync(options.beside)
        ? readFileSync(options.beside, 'utf8')
        : '-';
  const made = `${options.prefix ?? ''}${content.join('')}${beside}\n`.slice(0, options.keep ?? undefined);
  const file = path.join(workDir, nameOf(request));
  writeFileSync(file, made);
  const dependsOn = options.beside === undefined ? [] : [options.beside];
  return { ok: true, value: { outputs: [{ dir: '', name: nameOf(request), path: file }], dependsOn } };
}
