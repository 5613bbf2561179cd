/** Everything that `explain` tells of an action or of an output file, as plain values: for the text and for `--json`. */
import type { ActionPrediction, ActionRecord, FilePrediction } from '@pipeline/engine';
import { unreachable, type Task } from '@pipeline/schema';
import { projectRoot } from '../find-pipeline.ts';
import { stateFolderOf } from '../history/state-folder.ts';
import { findWriter, type WritingRun } from './find-writer.ts';
import { type Flow, flowOf } from './flow.ts';
import { type OptionOrigin, optionOrigins, placeIn } from './option-origins.ts';
import type { PredictedRun } from './predict-run.ts';
import { whyConverter } from './why-converter.ts';

export interface Explainer extends PredictedRun {
  readonly flow: Flow;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function createExplainer(predicted: PredictedRun, env: Explainer['env']): Explainer {
  return { ...predicted, flow: flowOf(predicted.prediction), env };
}

export interface ActionExplanation {
  readonly prediction: ActionPrediction;
  readonly task: Task;
  readonly backend: string;
  /** Where the task is written: `pipeline.yaml:12`. */
  readonly place: string;
  readonly options: readonly OptionOrigin[];
  readonly why: readonly string[];
  readonly inputs: readonly InputExplanation[];
  readonly takers: readonly string[];
  /** What is remembered of the last time. */
  readonly last?: ActionRecord;
}

export interface InputExplanation {
  readonly place: string;
  /** The action that makes it; absent: it lies here, at `path`. */
  readonly from?: string;
  readonly path?: string;
}

export function explainAction(prediction: ActionPrediction, explainer: Explainer): ActionExplanation {
  const { plan, prepared, past, flow, env } = explainer;
  const { action } = prediction;
  const task = taskOf(action.task, explainer);
  const given = new Set(Object.keys(prepared.options.params));
  const key = past.last?.keyOf(action.address);
  const last = key === undefined ? undefined : past.cache?.record(key);
  return {
    prediction,
    task,
    backend: plan.tasks.find((planned) => planned?.task === task)?.backend ?? 'local',
    place: placeIn(plan.pipeline, task.range),
    options: optionOrigins({ action, task, pipeline: plan.pipeline, given, env }),
    why: whyConverter(prediction, task.operation),
    inputs: action.inputs.map((file): InputExplanation => {
      const maker = flow.makerOf(file);
      const place = file.dir === '' ? file.name : `${file.dir}/${file.name}`;
      if (maker?.status === 'reads') return { place, path: file.path };
      return { place, ...(maker !== undefined && { from: maker.action.address }) };
    }),
    takers: flow.takersOf(prediction).map((taker) => taker.action.address),
    ...(last !== undefined && { last }),
  };
}

function taskOf(name: string, { plan }: Pick<Explainer, 'plan'>): Task {
  const task = plan.pipeline.tasks.get(name);
  if (task === undefined) throw new Error(`there is no task ${name}`);
  return task;
}

/** How a file is, compared with what the last run wrote. */
export type FileState = 'as-written' | 'edited' | 'missing' | 'unknown';

export interface OutputExplanation {
  readonly path: string;
  readonly state: FileState;
  readonly sha256?: string;
  /** The action that the last run says wrote it, else the one that would. */
  readonly writer?: string;
  readonly prediction?: ActionPrediction;
  /** What the next run would do to it; absent: nothing makes it any more. */
  readonly next?: FilePrediction;
  /** From the export back to the import: `site[a.pdf]`, `pdf[a.docx]`. */
  readonly chain: readonly string[];
  /** Absolute. */
  readonly sources: readonly string[];
  /** The run that wrote it, as long as it is remembered. */
  readonly run?: WritingRun;
}

export async function explainOutput(
  path: string,
  prediction: ActionPrediction | undefined,
  { past, flow, prepared }: Explainer,
): Promise<OutputExplanation> {
  const sha256 = await past.hashFile(path);
  const written = past.last?.outputOf(path);
  const next = prediction?.writes.find((write) => write.path === path);
  const writer = written?.address ?? prediction?.action.address;
  const run = findWriter(path, stateFolderOf(projectRoot(prepared.opened.baseDir)).runs);
  return {
    path,
    state: stateOf(sha256, written?.sha256),
    ...(sha256 !== undefined && { sha256 }),
    ...(writer !== undefined && { writer }),
    ...(prediction !== undefined && { prediction }),
    ...(next !== undefined && { next }),
    ...(run !== undefined && { run }),
    chain: prediction === undefined ? [] : chainOf(prediction, path, flow),
    sources: prediction === undefined ? [] : sourcesOf(prediction, path, flow),
  };
}

function stateOf(now: string | undefined, written: string | undefined): FileState {
  if (now === undefined) return 'missing';
  if (written === undefined) return 'unknown';
  return now === written ? 'as-written' : 'edited';
}

/** Of an export of several files, only the way of this one. */
function chainOf(prediction: ActionPrediction, path: string, flow: Flow): readonly string[] {
  const chain = [prediction.action.address];
  for (let current = inputFor(prediction, path, flow); current !== undefined;) {
    chain.push(current.action.address);
    current = current.action.inputs.length === 1 ? makerOfInput(current, 0, flow) : undefined;
  }
  return chain;
}

function sourcesOf(prediction: ActionPrediction, path: string, flow: Flow): readonly string[] {
  const maker = inputFor(prediction, path, flow);
  if (maker !== undefined) return flow.sourcesOf(maker);
  const file = prediction.action.inputs[indexOf(prediction, path)];
  return file === undefined || file.path === '' ? [] : [file.path];
}

const indexOf = ({ action }: ActionPrediction, path: string): number => action.writes?.indexOf(path) ?? -1;

const inputFor = (prediction: ActionPrediction, path: string, flow: Flow): ActionPrediction | undefined =>
  makerOfInput(prediction, indexOf(prediction, path), flow);

function makerOfInput({ action }: ActionPrediction, index: number, flow: Flow): ActionPrediction | undefined {
  const file = action.inputs[index];
  const maker = file === undefined ? undefined : flow.makerOf(file);
  return maker?.status === 'reads' ? undefined : maker;
}

export function stateText(state: FileState): string {
  switch (state) {
    case 'as-written':
      return 'unchanged since a run wrote it';
    case 'edited':
      return 'edited since a run wrote it';
    case 'missing':
      return 'not there';
    case 'unknown':
      return 'there, and no run of this pipeline is known to have written it';
    default:
      return unreachable(state);
  }
}
