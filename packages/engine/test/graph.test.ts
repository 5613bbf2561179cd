import { expect, test } from 'vitest';
import { buildGraph, reachable } from '../src/graph.ts';
import { pipelineOf, type TaskSketch } from './pipeline-of.ts';

test('edges come from inputs, needs and file-valued options, each once', () => {
  const built = buildGraph(
    pipelineOf({
      out: { inputs: ['pdf', 'docs'], needs: ['docs', 'check'] },
      docs: {},
      pdf: { inputs: ['docs'], fileInputs: { image: 'logo' } },
      check: {},
      logo: {},
    }),
  );
  if (!built.ok) throw new Error('there is a cycle');
  const { inputs, gates, predecessors, successors, order, depths } = built.value;
  expect({ inputs, gates, predecessors, successors, order, depths }).toEqual({
    inputs: [[2, 1], [], [1], [], []],
    gates: [[1, 3], [], [4], [], []],
    predecessors: [[2, 1, 3], [], [1, 4], [], []],
    successors: [[], [0, 2], [0], [0], [2]],
    order: [1, 3, 4, 2, 0],
    depths: [2, 0, 1, 0, 0],
  });
  expect([...reachable([4], successors)]).toEqual([4, 2, 0]);
});

const link = (index: number, inputs: readonly string[]): [string, TaskSketch] => [`t${index}`, { inputs }];

test('a chain may be as long as it likes, and so may a cycle', () => {
  const length = 10_000;
  const chain = Array.from({ length }, (_, index) => link(index, index === 0 ? [] : [`t${index - 1}`]));
  const built = buildGraph(pipelineOf(Object.fromEntries(chain)));
  expect(built.ok && built.value.order).toEqual([...chain.keys()]);
  const closed = [link(0, [`t${length - 1}`]), ...chain.slice(1)];
  const cycle = buildGraph(pipelineOf(Object.fromEntries(closed)));
  expect(cycle.ok ? [] : cycle.error.type === 'cycle' && cycle.error.tasks.map(({ name }) => name)).toEqual(
    chain.map(([name]) => name),
  );
});

test('a task that is not there is named', () => {
  const built = buildGraph(pipelineOf({ pdf: { inputs: ['dosc'] } }));
  expect(built).toMatchObject({ ok: false, error: { type: 'unknown-task', name: 'dosc' } });
});
