/**
 * Jobs for actions that only the run could tell of, and for further attempts: those that come at the same moment, as the
 * pages of a PDF do, go together.
 */
import type { ActionRequest, JobPlan } from '@pipeline/engine';
import { PartRun } from './part-run.ts';
import { type Member, mostTasks } from './parts.ts';
import type { Service } from './service.ts';

export interface LateParts {
  readonly partFor: (request: ActionRequest) => Promise<PartRun>;
}

/** Long enough for all that one ending makes ready, and for their files to be looked at. */
const gatheringMs = 25;

interface Asking {
  readonly request: ActionRequest;
  readonly onPart: (part: PartRun) => void;
}

export function createLateParts(plan: JobPlan, service: Service, onPart: (part: PartRun) => void): LateParts {
  let open: Asking[] = [];
  const send = (): void => {
    const all = open;
    open = [];
    for (const together of chunks(all)) {
      const part = new PartRun(
        { members: together.map(({ request }) => memberOf(request, plan)) },
        plan,
        service,
      );
      onPart(part);
      for (const asking of together) asking.onPart(part);
    }
  };
  return {
    partFor: (request) =>
      new Promise((resolve) => {
        open.push({ request, onPart: resolve });
        if (open.length === 1) setTimeout(send, gatheringMs);
      }),
  };
}

/** Whoever may take its files is here. */
function memberOf(request: ActionRequest, { graph, tasks }: JobPlan): Member {
  const { address, variant, task, inputs, options } = request;
  const index = graph.tasks.indexOf(task);
  const isTaken =
    request.verify !== undefined ||
    (graph.successors[index] ?? []).some((successor) => tasks[successor] !== undefined);
  const action = { address, variant, task: task.name, inputs, decision: { type: 'run', options } } as const;
  return { action, isLinked: false, inputs: [], isTaken };
}

function chunks(all: readonly Asking[]): readonly (readonly Asking[])[] {
  const made: Asking[][] = [];
  let room = 0;
  for (const asking of all) {
    // Its uploads, itself and its export.
    const tasks = asking.request.inputs.length + Object.keys(asking.request.fileInputs).length + 2;
    if (tasks > room) {
      made.push([]);
      room = mostTasks;
    }
    made.at(-1)?.push(asking);
    room -= tasks;
  }
  return made;
}
