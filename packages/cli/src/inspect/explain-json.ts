/** Explanations for programs: one document, which says in `kind` of what; keys are only ever added. */
import type { ActionPrediction } from '@pipeline/engine';
import type { ActionExplanation, OutputExplanation } from './explanation.ts';
import { actionJson } from './plan-json.ts';

/** Raised when a key changes its meaning or goes. */
const explainVersion = 1;

export function actionExplanationJson(explanation: ActionExplanation): object {
  const { prediction, task, backend, place, options, why, inputs, takers, last } = explanation;
  return {
    v: explainVersion,
    kind: 'action',
    ...actionJson(prediction),
    task: task.name,
    operation: task.operation,
    backend,
    place,
    options: options.map(({ name, value, place: at, isDefault, written, sources }) => ({
      name,
      value: value ?? null,
      place: at,
      is_default: isDefault,
      ...(written === undefined ? {} : { written }),
      sources,
    })),
    converter_reasons: why,
    inputs,
    takers,
    ingredients: prediction.ingredients ?? null,
    last:
      last === undefined
        ? null
        : { fingerprint: last.key, made_by: last.address, outputs: last.outputs, ms: last.actionMs },
  };
}

export function outputExplanationJson(explanation: OutputExplanation): object {
  const { path, state, sha256, writer, chain, sources, next, run } = explanation;
  return {
    v: explainVersion,
    kind: 'output',
    path,
    state: state.replaceAll('-', '_'),
    sha256: sha256 ?? null,
    written_by: writer ?? null,
    run: run ?? null,
    chain,
    sources,
    next: next === undefined ? null : { change: next.change, reason: next.reason },
  };
}

export function listJson(name: string, predictions: readonly ActionPrediction[]): object {
  return { v: explainVersion, kind: 'actions', name, actions: predictions.map(actionJson) };
}
