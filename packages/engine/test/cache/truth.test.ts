/**
 * Random pipelines and random changes between runs: each run with a cache must leave the very files that a clean run
 * would, and may do no work that it has done before.
 */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Pipeline } from '@pipeline/schema';
import { pipelineOf, type TaskSketch } from '../pipeline-of.ts';
import type { WorkDone } from './file-backend.mjs';
import { Project } from './project.ts';

const names = ['a.txt', 'b.txt', 'c.txt', 'd.txt'];
const contents = ['', 'x', 'xy', 'long enough to be cut', 'long enough to be cut off'];

interface Stage {
  readonly inputs: readonly number[];
  readonly isGroup: boolean;
  readonly prefix: string;
  readonly keep: number | undefined;
  readonly readsNote: boolean;
}

type Edit =
  | { readonly type: 'write'; readonly name: string; readonly content: string }
  | { readonly type: 'remove' | 'touch' | 'delete-output' | 'edit-output'; readonly name: string }
  | { readonly type: 'note'; readonly content: string }
  | { readonly type: 'prefix'; readonly stage: number; readonly prefix: string };

const stage = fc.record({
  inputs: fc.uniqueArray(fc.nat({ max: 3 }), { minLength: 1, maxLength: 2 }),
  isGroup: fc.boolean(),
  prefix: fc.constantFrom('', '+', '-'),
  keep: fc.option(fc.constantFrom(1, 3, 20), { nil: undefined }),
  readsNote: fc.boolean(),
});
const name = fc.constantFrom(...names);
const content = fc.constantFrom(...contents);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ type: fc.constant('write' as const), name, content }),
  fc.record({
    type: fc.constantFrom(...(['remove', 'touch', 'delete-output', 'edit-output'] as const)),
    name,
  }),
  fc.record({ type: fc.constant('note' as const), content }),
  fc.record({
    type: fc.constant('prefix' as const),
    stage: fc.nat({ max: 3 }),
    prefix: fc.constantFrom('', '+', '*'),
  }),
);

it('an incremental run leaves what a clean run leaves, and does no work twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(stage, { minLength: 1, maxLength: 4 }),
      fc.array(fc.array(edit, { maxLength: 3 }), { minLength: 1, maxLength: 5 }),
      async (stages, rounds) => {
        const project = new Project();
        try {
          await check(project, stages, rounds);
        } finally {
          project.close();
        }
      },
    ),
    { numRuns: 25, seed: 20_261_126 },
  );
});

async function check(
  project: Project,
  given: readonly Stage[],
  rounds: readonly (readonly Edit[])[],
): Promise<void> {
  let stages = given;
  const known = new Set<string>();
  project.write('in/a.txt', 'first');
  project.write('in/b.txt', 'second');
  project.write('notes/note.txt', '');
  for (const edits of [[], ...rounds]) {
    for (const change of edits) stages = apply(change, stages, project);
    // What is written in the tick of the clock in which a run begins is not trusted: that is another test's subject.
    await settled();
    project.remove('clean');
    const [incremental, clean] = [pipeline(stages, project, 'out'), pipeline(stages, project, 'clean')];
    const { done, exitCode } = await project.run(incremental);
    expect(exitCode).toBe(0);
    const again = await project.run(incremental);
    expect(again.done.map(({ address }) => address)).toEqual([]);
    const whole = await project.run(clean, {
      cacheDir: project.path('.clean', String(known.size), `${Math.random()}`),
    });
    expect(whole.exitCode).toBe(0);
    const made = project.read('out');
    // What no source makes any more stays until it is pruned.
    for (const [place, bytes] of Object.entries(project.read('clean'))) expect(made[place]).toBe(bytes);
    for (const work of done) {
      const key = keyOf(work, project);
      expect(known.has(key), `${work.address} was done before`).toBe(false);
    }
    for (const work of done) known.add(keyOf(work, project));
  }
}

/** Everything that the result depends on, and nothing else. */
function keyOf({ options, inputs }: WorkDone, project: Project): string {
  const note = options['beside'] === undefined ? '' : (project.read('notes')['note.txt'] ?? '');
  return JSON.stringify([options, inputs, note]);
}

function apply(change: Edit, stages: readonly Stage[], project: Project): readonly Stage[] {
  switch (change.type) {
    case 'write':
      project.write(`in/${change.name}`, change.content);
      return stages;
    case 'remove':
      project.remove(`in/${change.name}`);
      return stages;
    case 'touch':
      if (project.read('in')[change.name] !== undefined) project.touch(`in/${change.name}`);
      return stages;
    case 'delete-output':
      project.remove(`out/${change.name}`);
      return stages;
    case 'edit-output':
      project.write(`out/${change.name}`, 'somebody else was here');
      return stages;
    case 'note':
      project.write('notes/note.txt', change.content);
      return stages;
    default:
      return stages.map((one, index) => (index === change.stage ? { ...one, prefix: change.prefix } : one));
  }
}

function pipeline(stages: readonly Stage[], project: Project, out: string): Pipeline {
  const tasks: Record<string, TaskSketch> = {
    t0: { operation: 'import/local', options: { path: project.path('in') } },
  };
  for (const [index, { inputs, isGroup, prefix, keep, readsNote }] of stages.entries()) {
    tasks[`t${index + 1}`] = {
      operation: isGroup ? 'merge' : 'convert',
      inputs: [...new Set(inputs.map((input) => `t${Math.min(input, index)}`))],
      groupBy: isGroup ? 'all' : 'file',
      options: {
        prefix,
        ...(keep !== undefined && { keep }),
        ...(readsNote && { beside: project.path('notes/note.txt') }),
      },
    };
  }
  const last = `t${stages.length}`;
  tasks['out'] = { operation: 'export/local', inputs: [last], options: { path: project.path(out) } };
  return pipelineOf(tasks);
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 25));
