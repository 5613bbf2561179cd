/**
 * Whatever is done to the files between two runs, the outputs are those of a first run: seeded edits of a folder, the
 * real command after each, and a model of what must be there. A run after the run has nothing to do.
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeFileIn } from './running-command.ts';
import { createWorkFolder, removeWorkFolder, runCommand } from './script.ts';

let folder = '';
let greeting = 'Hello';
beforeEach(() => {
  folder = createWorkFolder();
});
afterEach(() => removeWorkFolder(folder));

/** Other greetings are as long: a changed pipeline shows by its times alone. */
const pipelineThatSays = (greeting: string): string => `tasks:
  texts: { operation: import/local, path: "in/**/*.txt", base: in }
  notes: { operation: import/local, path: "notes/*.md" }
  flat:
    operation: export/local
    input: texts
    if: \${{ file.stem != "d" }}
    path: flat/\${{ file.stem }}.out
  tree: { operation: export/local, input: [texts, notes], path: tree }
  banner: { operation: import/raw, file: ${greeting}, filename: banner.txt }
  front: { operation: export/local, input: banner, path: front }
`;

/** Path → content of everything that the pipeline makes; undefined when two files would be written to one place. */
function expected(): ReadonlyMap<string, string> | undefined {
  const made = new Map([['front/banner.txt', greeting]]);
  let isValid = true;
  const make = (file: string, content: string): void => {
    if (made.has(file)) isValid = false;
    made.set(file, content);
  };
  for (const file of filesBelow('in')) {
    const content = readFileSync(path.join(folder, 'in', file), 'utf8');
    const { name } = path.parse(file);
    if (name !== 'd') make(`flat/${name}.out`, content);
    make(`tree/${file}`, content);
  }
  for (const file of filesBelow('notes'))
    make(`tree/${file}`, readFileSync(path.join(folder, 'notes', file), 'utf8'));
  return isValid ? made : undefined;
}

const filesBelow = (dir: string): readonly string[] =>
  existsSync(path.join(folder, dir))
    ? readdirSync(path.join(folder, dir), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(path.join(folder, dir), path.join(entry.parentPath, entry.name)))
        .sort()
    : [];

/** Small and the same everywhere. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const names = ['a', 'b', 'c', 'd', 'sub/a', 'sub/e', 'sub/deep/f'];

function edit(random: (below: number) => number, step: number): string {
  const name = `in/${names[random(names.length)]}.txt`;
  const file = path.join(folder, name);
  switch (random(10)) {
    case 0:
      rmSync(file, { force: true });
      return `remove ${name}`;
    case 1: {
      const target = path.join(folder, `in/${names[random(names.length)]}.txt`);
      mkdirSync(path.dirname(target), { recursive: true });
      if (existsSync(file)) renameSync(file, target);
      return `rename ${name} to ${target}`;
    }
    case 2:
      if (existsSync(file)) utimesSync(file, new Date(), new Date());
      return `touch ${name}`;
    case 3: {
      const outputs = filesBelow('tree');
      const output = outputs[random(outputs.length)];
      if (output !== undefined) rmSync(path.join(folder, 'tree', output));
      return `remove tree/${output}`;
    }
    case 4: {
      const outputs = filesBelow('flat');
      const output = outputs[random(outputs.length)];
      if (output !== undefined) writeFileSync(path.join(folder, 'flat', output), `edited ${step}`);
      return `edit flat/${output}`;
    }
    case 5:
      writeFileIn(folder, `notes/${['a', 'n'][random(2)]}.md`, `note ${step}`);
      return 'write a note';
    case 6:
      greeting = ['Hello', 'Salut', 'Moin!'][random(3)] ?? greeting;
      writeFileIn(folder, 'pipeline.yaml', pipelineThatSays(greeting));
      return `say ${greeting}`;
    default:
      // One content in three is one that was there before.
      writeFileIn(folder, name, random(3) === 0 ? 'the same' : `text ${step}`);
      return `write ${name}`;
  }
}

test.each([1, 2, 3])('after any edits the outputs are those of a first run (seed %i)', async (seed) => {
  const random = randomOf(seed);
  greeting = 'Hello';
  writeFileIn(folder, 'pipeline.yaml', pipelineThatSays(greeting));
  for (const name of ['in/a.txt', 'in/b.txt', 'in/sub/e.txt', 'notes/n.md']) writeFileIn(folder, name, name);
  const log: string[] = [];
  for (let step = 0; step < 9; step += 1) {
    for (let count = random(3); count >= 0; count -= 1) log.push(edit(random, step));
    const wanted = expected();
    const { code, stderr } = await runCommand(['run', '-q'], { cwd: folder });
    const story = `${log.join('\n')}\n${stderr}`;
    expect(code, story).toBe(wanted === undefined ? 2 : 0);
    if (wanted === undefined) continue;
    for (const [file, content] of wanted)
      expect(readFileSync(path.join(folder, file), 'utf8'), `${file}\n${story}`).toBe(content);
    log.push('run');
    if (step % 4 > 0) continue;
    const again = await runCommand(['run', '-q'], { cwd: folder });
    expect(again.stderr, story).toMatch(new RegExp(`^up to date: ${wanted.size} files, `));
  }
});
