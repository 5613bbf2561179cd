/**
 * Gathers, action by action, what a run has read, watched and left behind, for the manifest. It knows neither disks nor
 * marks, and decides only one thing: whether the next run may go by them at all.
 */
import type { Expression, Task, Template } from '@pipeline/schema';
import { filePlace } from './artifact.ts';
import type { JobPlan } from './job-plan.ts';
import type { Ledger, LedgerImport } from './manifest.ts';
import type { Artifact } from './operation.ts';
import type { Action } from './task-run.ts';

/** All paths are absolute. */
export interface RecordedRun extends Pick<Ledger, 'imports' | 'keys' | 'actions'> {
  readonly inputs: readonly InputFile[];
  /** What imports looked at to find their files. */
  readonly listed: readonly string[];
  /** What else would have to be looked at, if it changed. */
  readonly watched: readonly string[];
  readonly exported: readonly ExportedFile[];
  readonly filesOut: number;
}

export type InputFile = Pick<Artifact, 'path' | 'seen'>;

export interface ExportedFile {
  readonly path: string;
  readonly address: string;
  readonly sha256?: string | undefined;
  /** As in `OutputFile`. */
  readonly mtimeMs?: number | undefined;
  /** Number of the input that it flows from. */
  readonly source?: number | undefined;
}

/** `ended`: every action of the run, in any order. */
export function recordRun(ended: readonly Action[], { graph }: Pick<JobPlan, 'graph'>): RecordedRun {
  const taken = recordImports(ended.filter(({ owner }) => owner.inputs.length === 0));
  const { inputs, imports, numbers } = taken;
  const listed = new Set(imports.flatMap(({ watches }) => watches));
  const watched = new Set<string>();
  const exported: ExportedFile[] = [];
  const keys: string[] = [];
  const actions: Record<string, number[]> = {};
  let filesOut = 0;
  for (const action of ended) {
    const { task, index } = action.owner.planned;
    const source = sourceOf(action, numbers);
    if (source !== undefined) {
      const counts = (actions[task.name] ??= inputs.map(() => 0));
      counts[source] = (counts[source] ?? 0) + 1;
    }
    for (const path of action.plan?.watches ?? []) if (!listed.has(path)) watched.add(path);
    const { outcome, lookUp } = action;
    if (lookUp !== undefined) keys.push(`${action.address}\t${lookUp.fingerprint.key}`);
    if (outcome?.type !== 'finished') continue;
    for (const path of outcome.dependsOn ?? []) watched.add(path);
    if ((graph.successors[index] ?? []).length === 0) filesOut += action.outputs.length;
    if (task.operation === 'export/local') exported.push(...exportedBy(action, source));
  }
  return {
    inputs,
    imports: imports.map(({ address, files, depths }) => ({ address, files, depths })),
    listed: [...listed],
    watched: [...watched],
    exported,
    keys: Buffer.from(keys.join('\n')),
    actions,
    filesOut,
  };
}

type InputNumbers = ReadonlyMap<Action, ReadonlyMap<string, number>>;

/** In the order of their addresses, so that one run can be compared with another. */
function recordImports(actions: readonly Action[]): {
  readonly inputs: readonly InputFile[];
  readonly imports: readonly (LedgerImport & { readonly watches: readonly string[] })[];
  readonly numbers: InputNumbers;
} {
  const inputs: InputFile[] = [];
  const numbers = new Map<Action, ReadonlyMap<string, number>>();
  const imports = actions
    .filter(({ owner }) => owner.planned.task.operation === 'import/local')
    .sort((a, b) => (a.address < b.address ? -1 : 1))
    .map((action) => {
      const places = action.outputs.map(filePlace);
      numbers.set(action, new Map(places.map((place, index) => [place, inputs.length + index])));
      for (const input of action.outputs) inputs.push(input);
      const depths = places.map((place) => place.split('/').length);
      return { address: action.address, files: places.length, depths, watches: action.plan?.watches ?? [] };
    });
  return { inputs, imports, numbers };
}

function exportedBy({ address, outputs }: Action, source: number | undefined): readonly ExportedFile[] {
  return outputs.map(({ path, sha256, mtimeMs }) => ({ path, address, sha256, mtimeMs, source }));
}

/** Back along the files to the import; undefined where a group, or a file that stands in the pipeline, is in between. */
function sourceOf(action: Action, numbers: InputNumbers): number | undefined {
  let current = action;
  while (current.source !== undefined) {
    const known = numbers.get(current.source);
    if (known !== undefined) return known.get(current.file ?? '');
    current = current.source;
  }
  return undefined;
}

/** Why marks of files do not tell that nothing is to be done; undefined: they do. */
export function whyNoCertificate({
  pipeline,
  tasks,
}: Pick<JobPlan, 'pipeline' | 'tasks'>): string | undefined {
  for (const planned of tasks) {
    if (planned === undefined) return 'only a part of the pipeline was asked for';
    const { task, backend } = planned;
    const why = backend === 'local' ? obstacleOf(task) : 'runs on CloudConvert';
    if (why !== undefined) return `task "${task.name}" ${why}`;
  }
  return pipeline.tasks.size === 0 ? 'it has no task' : undefined;
}

const plainImports: readonly string[] = ['import/local', 'import/raw', 'import/base64'];

function obstacleOf(task: Task): string | undefined {
  const { operation } = task;
  if (operation.startsWith('import/') && !plainImports.includes(operation))
    return 'takes files from elsewhere';
  if (operation.startsWith('export/') && operation !== 'export/local') return 'sends files elsewhere';
  if (operation === 'capture-website') return 'looks at the web';
  if (!task.cache && !/^(import|export)\//.test(operation)) return 'has cache: false';
  for (const root of rootsOf(task)) {
    if (root === 'job') return 'uses the date or the id of the job';
    if (root === 'secrets') return 'uses a secret';
  }
  return undefined;
}

function rootsOf({ condition, templates, verify }: Task): ReadonlySet<string> {
  const all = [...templates, ...(verify?.templates ?? [])].map(({ template }) => template);
  const roots = new Set<string>();
  for (const template of condition === undefined ? all : [condition, ...all]) addRoots(template, roots);
  return roots;
}

function addRoots({ parts }: Template, roots: Set<string>): void {
  const open: Expression[] = parts.filter((part) => typeof part !== 'string');
  for (let expression = open.pop(); expression !== undefined; expression = open.pop()) {
    if (expression.type === 'reference') roots.add(expression.root);
    else if (expression.type === 'not') open.push(expression.operand);
    else if (expression.type === 'list') open.push(...expression.items);
    else if (expression.type === 'binary') open.push(expression.left, expression.right);
    else if (expression.type === 'call') open.push(...expression.arguments);
  }
}
