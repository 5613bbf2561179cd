/** A plan must not lie: what it says of each action, before random changes are run, is what the run then does. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Pipeline } from '@pipeline/schema';
import type { ActionPrediction, ActionStatus, LastRun } from '../../src/index.ts';
import { pipelineOf, type TaskSketch } from '../pipeline-of.ts';
import { Project } from './project.ts';

interface Stage {
  readonly input: number;
  readonly isGroup: boolean;
  readonly keep: number;
  readonly prefix: string;
}

type Edit =
  | { readonly type: 'write'; readonly place: string; readonly content: string }
  | { readonly type: 'remove'; readonly place: string }
  | { readonly type: 'prefix'; readonly stage: number; readonly prefix: string };

const stage = fc.record({
  input: fc.nat({ max: 3 }),
  isGroup: fc.boolean(),
  // Short enough that different inputs often give the same output.
  keep: fc.constantFrom(1, 4, 30),
  prefix: fc.constantFrom('', '+'),
});
const place = fc.constantFrom('in/a.txt', 'in/b.txt', 'in/c.txt', 'out/a.txt', 'out/+a.txt');
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ type: fc.constant('write' as const), place, content: fc.constantFrom('x', 'xyz', 'xyzzy') }),
  fc.record({ type: fc.constant('remove' as const), place }),
  fc.record({
    type: fc.constant('prefix' as const),
    stage: fc.nat({ max: 2 }),
    prefix: fc.constantFrom('', '-'),
  }),
);
const rounds = fc.array(fc.array(edit, { maxLength: 3 }), { minLength: 1, maxLength: 4 });

it('what runs, is cached or up to date in the plan is so in the run', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(stage, { minLength: 1, maxLength: 3 }), rounds, async (stages, edits) => {
      const project = new Project();
      try {
        await check(project, stages, { edits, seen });
      } finally {
        project.close();
      }
    }),
    { numRuns: 20, seed: 20_261_126 },
  );
  // Else nothing was shown.
  expect([...seen].sort()).toEqual(['cached', 'may-run', 'reads', 'run', 'up-to-date']);
});

interface Rounds {
  readonly edits: readonly (readonly Edit[])[];
  readonly seen: Set<string>;
}

async function check(project: Project, given: readonly Stage[], { edits, seen }: Rounds): Promise<void> {
  let stages = given;
  const keys = new Map<string, string>();
  const last: LastRun = { keyOf: (address) => keys.get(address), outputOf: () => undefined };
  project.write('in/a.txt', 'first');
  project.write('in/b.txt', 'second');
  for (const round of [[], ...edits, []]) {
    for (const change of round) stages = apply(change, stages, project);
    // What is written in the tick of the clock in which a run begins is not trusted.
    await new Promise((resolve) => setTimeout(resolve, 25));
    const pipeline = pipelineFor(stages, project);
    const { tasks } = await project.predict(pipeline, last);
    const actions = tasks.flatMap((task) => task.actions);
    const { statuses, keys: now } = await project.run(pipeline);
    expect(actions.map(({ action }) => action.address).sort()).toEqual([...statuses.keys()].sort());
    for (const prediction of actions) {
      seen.add(prediction.status);
      compare(prediction, { status: statuses.get(prediction.action.address), actions });
    }
    for (const [address, key] of now) keys.set(address, key);
  }
}

interface Ended {
  readonly status: ActionStatus | undefined;
  readonly actions: readonly ActionPrediction[];
}

function compare(prediction: ActionPrediction, { status, actions }: Ended): void {
  const what = `${prediction.action.address}: ${prediction.status}, ${prediction.reasons[0]?.text}`;
  switch (prediction.status) {
    case 'cached':
    case 'up-to-date':
      expect(status, what).toBe('cached');
      break;
    case 'run':
      // Two that do the same: the one that comes later finds what the first has made.
      if (isAlone(prediction, actions)) expect(status, what).toBe('finished');
      break;
    case 'skipped':
      expect(status, what).toBe('skipped');
      break;
    default:
      expect(['finished', 'cached'], what).toContain(status);
  }
}

function isAlone(
  { fingerprint, action, writes }: ActionPrediction,
  actions: readonly ActionPrediction[],
): boolean {
  if (writes.length > 0) return true;
  if (fingerprint !== undefined)
    return actions.filter((other) => other.fingerprint?.key === fingerprint.key).length === 1;
  // What is not known yet may turn out to be what another one takes, or what was there in an earlier round.
  return action.decision.type !== 'run';
}

function apply(change: Edit, stages: readonly Stage[], project: Project): readonly Stage[] {
  if (change.type === 'write') project.write(change.place, change.content);
  else if (change.type === 'remove') project.remove(change.place);
  else return stages.map((one, index) => (index === change.stage ? { ...one, prefix: change.prefix } : one));
  return stages;
}

function pipelineFor(stages: readonly Stage[], project: Project): Pipeline {
  const tasks: Record<string, TaskSketch> = {
    t0: { operation: 'import/local', options: { path: project.path('in') } },
  };
  for (const [index, { input, isGroup, keep, prefix }] of stages.entries()) {
    tasks[`t${index + 1}`] = {
      operation: isGroup ? 'merge' : 'convert',
      inputs: [`t${Math.min(input, index)}`],
      groupBy: isGroup ? 'all' : 'file',
      options: { keep, prefix },
    };
  }
  const out = { operation: 'export/local' as const, options: { path: project.path('out') } };
  return pipelineOf({ ...tasks, out: { ...out, inputs: [`t${stages.length}`] } });
}
