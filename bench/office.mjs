// 20 docx → PDF by LibreOffice, through the real command line, against one batch process that converts them all, and
// against one process for each. All are whole processes, started in turn, so that a slow machine slows all; the median of
// the rounds' ratios counts. Prints two JSON lines.
//   node bench/office.mjs [documents] [rounds]
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

const require = createRequire(new URL('../packages/operations/package.json', import.meta.url));
const { ZipFile } = require('yazl');
const bin = fileURLToPath(new URL('../packages/cli/bin/pipeline.js', import.meta.url));
const count = Number(process.argv[2] ?? 20);
const rounds = Number(process.argv[3] ?? 3);
const folder = mkdtempSync(path.join(os.tmpdir(), 'pipeline-office-bench-'));
const documents = path.join(folder, 'documents');

try {
  mkdirSync(documents);
  for (let index = 0; index < count; index += 1) await makeDocument(index);
  writeFileSync(path.join(folder, 'pipeline.yaml'), pipelineText());
  const times = { batch: [], pipeline: [] };
  for (let round = 0; round < rounds; round += 1) {
    times.batch.push(batchMs());
    times.pipeline.push(pipelineMs());
  }
  const single = singleMs();
  const ratio = median(times.pipeline.map((ms, round) => ms / times.batch[round]));
  const faster = single / median(times.pipeline);
  const more = { batch_ms: times.batch, pipeline_ms: times.pipeline, single_ms: single };
  report(
    { name: `office: ${count} docx to PDF, time against one batch process`, value: ratio, bar: 1.15 },
    more,
  );
  report(
    { name: `office: ${count} docx to PDF, times as fast as one process a file`, value: faster, bar: 3 },
    more,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function report({ name, value, bar }, more) {
  const isOk = bar > 2 ? value >= bar : value <= bar;
  process.stdout.write(
    `${JSON.stringify({ name, value: Number(value.toFixed(3)), bar, ok: isOk, ...more })}\n`,
  );
  if (!isOk) process.exitCode = 1;
}

/** A few pages with headings, text and a table, different in each and the same every time. */
async function makeDocument(seed) {
  let state = 7 + seed;
  const words =
    'river stone engine paper window light garden number silver winter market letter bridge'.split(' ');
  const word = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return words[(state >>> 8) % words.length];
  };
  const sentence = (length) => Array.from({ length }, word).join(' ');
  const p = (text) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;
  const row = () =>
    `<w:tr>${[1, 2, 3, 4].map((length) => `<w:tc>${p(sentence(length))}</w:tc>`).join('')}</w:tr>`;
  const section = () =>
    p(sentence(4)) +
    Array.from({ length: 6 }, () => p(sentence(60))).join('') +
    `<w:tbl>${Array.from({ length: 12 }, row).join('')}</w:tbl>`;
  const body = Array.from({ length: 5 }, section).join('');
  const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  const packages = 'http://schemas.openxmlformats.org/package/2006';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument';
  const files = {
    '[Content_Types].xml': `${xml}<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    '_rels/.rels': `${xml}<Relationships xmlns="${packages}/relationships"><Relationship Id="r1" Type="${office}" Target="word/document.xml"/></Relationships>`,
    'word/document.xml': `${xml}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}<w:sectPr/></w:body></w:document>`,
  };
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  await finished(zip.outputStream.pipe(createWriteStream(path.join(documents, `report-${seed}.docx`))));
}

function pipelineText() {
  return `tasks:
  documents:
    operation: import/local
    path: documents/*.docx
  pdf:
    operation: convert
    input: documents
    output_format: pdf
    engine: libreoffice
  publish:
    operation: export/local
    input: pdf
    path: public
`;
}

function all() {
  return readdirSync(documents).map((name) => path.join('documents', name));
}

function batchMs() {
  return timed('soffice', [...officeArgs(), ...all()], 'batch');
}

/** A profile that has been used: what somebody has who converts every day. */
function officeArgs() {
  const profile = `-env:UserInstallation=file://${path.join(folder, 'profile')}`;
  return [profile, '--headless', '--convert-to', 'pdf', '--outdir', 'batch'];
}

function singleMs() {
  rmSync(path.join(folder, 'batch'), { recursive: true, force: true });
  const began = performance.now();
  for (const file of all()) spawnSync('soffice', [...officeArgs(), file], { cwd: folder, stdio: 'ignore' });
  checkMade('batch');
  return Math.round(performance.now() - began);
}

function pipelineMs() {
  rmSync(path.join(folder, '.pipeline'), { recursive: true, force: true });
  return timed(process.execPath, [bin, 'run', '--no-tui', 'pipeline.yaml'], 'public');
}

/** Wall time of a whole process; it counts only when every PDF is there. */
function timed(command, args, made) {
  rmSync(path.join(folder, made), { recursive: true, force: true });
  const began = performance.now();
  const { status, stderr } = spawnSync(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const took = performance.now() - began;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${String(stderr)}`);
  checkMade(made);
  return Math.round(took);
}

function checkMade(made) {
  const found = readdirSync(path.join(folder, made)).filter((name) => name.endsWith('.pdf')).length;
  if (found !== count) throw new Error(`${found} of ${count} PDFs in ${made}`);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
