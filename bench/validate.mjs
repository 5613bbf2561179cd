// Checking a pipeline of 10,000 tasks (1 MB of YAML) takes at most 3 times what `yaml` needs for the bare parse of the
// same text. Both run in turn in one process, so that a slow machine slows both. Prints one JSON line.
//   node bench/validate.mjs
import { createRequire } from 'node:module';
import { loadPipeline } from '@pipeline/schema';

const { parse } = createRequire(new URL('../packages/schema/package.json', import.meta.url))('yaml');
const bar = 3;
const rounds = 7;
const source = { path: 'big.yaml', text: bigPipeline(10_000) };

const checked = loadPipeline(source, {});
if (!checked.ok) throw new Error(`the pipeline of the benchmark has mistakes: ${checked.error[0]?.message}`);
if (checked.value.pipeline.tasks.size < 10_000) throw new Error('tasks are missing');

const parseMs = [];
const loadMs = [];
for (let round = 0; round < rounds; round += 1) {
  parseMs.push(timed(() => parse(source.text)));
  // A source of its own each time: nothing may be remembered.
  loadMs.push(timed(() => loadPipeline({ ...source }, {})));
}
const ratio = median(loadMs) / median(parseMs);
const round = (value) => Number(value.toFixed(2));
process.stdout.write(
  `${JSON.stringify({
    name: 'validate: 10,000 tasks, load against bare yaml parse',
    value: round(ratio),
    bar,
    ok: ratio <= bar,
    parse_ms: round(median(parseMs)),
    load_ms: round(median(loadMs)),
    bytes: source.text.length,
  })}\n`,
);
process.exitCode = ratio <= bar ? 0 : 1;

function timed(action) {
  const began = performance.now();
  action();
  return performance.now() - began;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Chains of ten tasks with options, expressions and matrices, as a generated pipeline would have them. */
function bigPipeline(count) {
  const lines = ['params:', '  quality: { type: integer, default: 80 }', 'tasks:', '  docs:'];
  lines.push('    operation: import/local', '    path: "docs/**/*.png"');
  for (let index = 0; index < count; index += 1) {
    const input = index % 10 === 0 ? 'docs' : `task-${index - 1}`;
    lines.push(`  task-${index}:`, '    operation: convert', `    input: ${input}`, '    output_format: png');
    lines.push(index % 5 === 0 ? '    quality: ${{ params.quality }}' : '    quality: 80', '    width: 640');
    if (index % 50 === 0)
      lines.push('    matrix: { size: [1, 2] }', '    filename: a-${{ matrix.size }}.png');
  }
  lines.push('  out:', '    operation: export/local', '    path: public', '    input:');
  for (let index = 9; index < count; index += 10) lines.push(`      - task-${index}`);
  return `${lines.join('\n')}\n`;
}
