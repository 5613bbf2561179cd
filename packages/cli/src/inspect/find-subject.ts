/** What a word given to `explain` means: an action, a task, a file that is written, one that is read, or several actions. */
import path from 'node:path';
import {
  addressMatcher,
  type ActionPrediction,
  type Prediction,
  type TaskPrediction,
} from '@pipeline/engine';
import { didYouMean } from '@pipeline/schema';

export type Subject =
  | { readonly type: 'action'; readonly prediction: ActionPrediction }
  | { readonly type: 'task'; readonly prediction: TaskPrediction }
  /** A file that an export writes, or has written. */
  | { readonly type: 'output'; readonly path: string; readonly prediction?: ActionPrediction }
  | { readonly type: 'source'; readonly path: string; readonly predictions: readonly ActionPrediction[] }
  | { readonly type: 'several'; readonly predictions: readonly ActionPrediction[] }
  | { readonly type: 'nothing'; readonly hint: string };

export interface SubjectRequest {
  readonly word: string;
  readonly prediction: Prediction;
  readonly cwd: string;
  readonly baseDir: string;
  /** Absolute paths of files that earlier runs wrote. */
  readonly isOutput: (path: string) => boolean;
}

export function findSubject(request: SubjectRequest): Subject {
  const { word, prediction } = request;
  const all = prediction.tasks.flatMap(({ actions }) => actions);
  const exact = all.find(({ action }) => action.address === word);
  const task = prediction.tasks.find((one) => one.task === word);
  // An import or a group has the name of its task.
  if (exact !== undefined && (task === undefined || task.actions.length === 1))
    return { type: 'action', prediction: exact };
  if (task !== undefined) return { type: 'task', prediction: task };
  const file = fileSubject(request, all);
  if (file !== undefined) return file;
  const matching = /[*?]/.test(word) ? all.filter(({ action }) => addressMatcher([word])(action)) : [];
  const [first] = matching;
  if (first !== undefined)
    return matching.length === 1
      ? { type: 'action', prediction: first }
      : { type: 'several', predictions: matching };
  return { type: 'nothing', hint: hintFor(request, all) };
}

/** Seen from where the command was called, else from the pipeline file. */
function fileSubject(
  { word, cwd, baseDir, isOutput }: SubjectRequest,
  all: readonly ActionPrediction[],
): Subject | undefined {
  for (const file of new Set([path.resolve(cwd, word), path.resolve(baseDir, word)])) {
    const writer = all.find(({ action }) => action.writes?.includes(file));
    if (writer !== undefined) return { type: 'output', path: file, prediction: writer };
    if (isOutput(file)) return { type: 'output', path: file };
    const readers = all.filter(({ action }) => action.inputs.some((input) => input.path === file));
    if (readers.length > 0) return { type: 'source', path: file, predictions: readers };
  }
  return undefined;
}

function hintFor({ word, prediction, baseDir }: SubjectRequest, all: readonly ActionPrediction[]): string {
  const tasks = prediction.tasks.map(({ task }) => task);
  const files = all.flatMap(({ action }) => [
    ...(action.writes ?? []),
    ...action.inputs.flatMap((input) => (input.path === '' ? [] : [input.path])),
  ]);
  const names = [
    ...tasks,
    ...all.map(({ action }) => action.address),
    ...files.map((file) => path.relative(baseDir, file)),
  ];
  return didYouMean(word, names) ?? `the tasks are ${tasks.join(', ')}; pipeline plan -v lists every action`;
}
