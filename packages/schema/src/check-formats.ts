/**
 * Format flow: the formats that can arrive are followed along every edge of the graph, and each task is checked against
 * them before anything runs. What is not known stays unknown and silences the checks that would need it.
 * It assumes that references are right: what comes from a task that is not there, or from a cycle, is not known.
 */
import type { Conversions } from './conversions.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type CheckedPair, checkTask, isAccepted } from './check-task-formats.ts';
import { type FormatCase, formatCases, passes } from './format-cases.ts';
import { isKnownFormat } from './formats.ts';
import { type FormatFlow, importFormats } from './import-formats.ts';
import { operationSpecs } from './operations/operation-specs.ts';
import type { Pipeline, Task, TaskName } from './pipeline.ts';

const nothingKnown: FormatFlow = { formats: new Set(), isOpen: true };

/** Without `conversions` (no backend at hand) only what no tool does is called impossible. */
export function checkFormats(
  pipeline: Pipeline,
  conversions: Conversions | undefined,
): readonly Diagnostic[] {
  const flows = new Map<TaskName, FormatFlow>();
  const diagnostics: Diagnostic[] = [];
  for (const task of inOrder(pipeline)) {
    // A matrix without variants is a mistake that has been told.
    if (task.variants.length === 0) continue;
    const cases = formatCases(task, pipeline.params);
    const pairs = arrivingPairs(task, cases, flows);
    checkTask({ task, pairs, cases, flows }, { pipeline, conversions, diagnostics });
    flows.set(task.name, outgoing(task, pairs, pipeline));
  }
  return diagnostics;
}

/** Inputs before those that read them; tasks of a cycle in the order of the file. */
function inOrder({ tasks }: Pipeline): readonly Task[] {
  const ordered: Task[] = [];
  const seen = new Set<TaskName>();
  // A stack of its own: a chain of 10,000 tasks must not overflow the call stack.
  const open: { readonly task: Task; readonly sources: readonly TaskName[]; next: number }[] = [];
  const enter = (task: Task): void => {
    seen.add(task.name);
    const sources = sourcesOf(task);
    if (sources.every((source) => seen.has(source))) ordered.push(task);
    else open.push({ task, sources, next: 0 });
  };
  for (const first of tasks.values()) {
    if (!seen.has(first.name)) enter(first);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const source = top.sources[top.next];
      top.next += 1;
      const task = source === undefined || seen.has(source) ? undefined : tasks.get(source);
      if (task !== undefined) enter(task);
      else if (source === undefined) {
        ordered.push(top.task);
        open.pop();
      }
    }
  }
  return ordered;
}

function sourcesOf({ inputs, fileInputs }: Task): readonly TaskName[] {
  const others = Object.values(fileInputs);
  return others.length === 0 ? inputs : [...inputs, ...others];
}

/** Every format that can arrive, with what it becomes; what `if` keeps out is left out. */
function arrivingPairs(
  task: Task,
  cases: readonly FormatCase[],
  flows: ReadonlyMap<TaskName, FormatFlow>,
): readonly CheckedPair[] {
  const spec = operationSpecs[task.operation];
  const fixed = typeof spec.gives === 'object' ? spec.gives.format : undefined;
  const pairs: CheckedPair[] = [];
  // Variants that differ in other things than formats give the same pairs again.
  const seen = cases.length > 1 ? new Set<string>() : undefined;
  const add = (pair: CheckedPair): void => {
    const key = seen === undefined ? '' : `${pair.input} ${pair.from} ${pair.to} ${pair.isSure}`;
    if (seen?.has(key) === true) return;
    seen?.add(key);
    pairs.push(pair);
  };
  const outputOf = (from: string | undefined, { to }: FormatCase): string | undefined =>
    spec.gives === 'same' ? from : (fixed ?? to);
  for (const one of cases) {
    if (task.inputs.length === 0)
      add({ input: undefined, from: one.claimed, to: outputOf(one.claimed, one), isSure: true });
    for (const input of task.inputs) {
      const flow = flows.get(input) ?? nothingKnown;
      const isClaimed = one.claimed !== undefined;
      // A format that nobody knows is told once, by its name.
      const claimed = one.claimed !== undefined && isKnownFormat(one.claimed) ? [one.claimed] : [];
      for (const from of isClaimed ? claimed : flow.formats) {
        const verdict = passes(task, { variant: one.variant, format: from });
        if (verdict !== 'no') add({ input, from, to: outputOf(from, one), isSure: verdict === 'yes' });
      }
      if (isClaimed ? claimed.length === 0 : flow.isOpen)
        add({ input, from: undefined, to: outputOf(undefined, one), isSure: true });
    }
  }
  return pairs;
}

function outgoing(task: Task, pairs: readonly CheckedPair[], { params }: Pipeline): FormatFlow {
  const { gives, role, accepts } = operationSpecs[task.operation];
  if (gives === 'unknown') return role === 'import' ? importFormats(task, params) : nothingKnown;
  const [first] = pairs;
  if (pairs.length === 1 && first?.to !== undefined && isAccepted(first.from ?? '', accepts))
    return only(first.to);
  const formats = new Set<string>();
  let isOpen = false;
  for (const { from, to } of pairs) {
    if (to === undefined) isOpen = true;
    // What the task cannot take has been said; it is not said again of the tasks below.
    else if (from === undefined || isAccepted(from, accepts)) formats.add(to);
  }
  return { formats, isOpen };
}

const single = new Map<string, FormatFlow>();

/** Most tasks give one format: the same object for all of them. */
function only(format: string): FormatFlow {
  const known = single.get(format);
  if (known !== undefined) return known;
  const made: FormatFlow = { formats: new Set([format]), isOpen: false };
  single.set(format, made);
  return made;
}
