/** Who makes a file and who takes it, among the actions of a prediction. */
import type { ActionPrediction, Artifact, Prediction } from '@pipeline/engine';
import { filePlace } from '@pipeline/engine';

export interface Flow {
  readonly makerOf: (file: Artifact) => ActionPrediction | undefined;
  /** Those that take a file of this action. */
  readonly takersOf: (prediction: ActionPrediction) => readonly ActionPrediction[];
  /** Files of this machine that it is made of, through all the actions in between; absolute. */
  readonly sourcesOf: (prediction: ActionPrediction) => readonly string[];
}

export function flowOf({ tasks }: Prediction): Flow {
  const makers = new Map<string, ActionPrediction>();
  const takers = new Map<string, ActionPrediction[]>();
  for (const prediction of tasks.flatMap(({ actions }) => actions)) {
    for (const file of prediction.action.outputs ?? []) makers.set(keyOf(file), prediction);
    for (const file of prediction.action.inputs) {
      const own = takers.get(keyOf(file)) ?? [];
      own.push(prediction);
      takers.set(keyOf(file), own);
    }
  }
  const sourcesOf = (prediction: ActionPrediction): readonly string[] => {
    const found = new Set<string>();
    const seen = new Set([prediction]);
    const open = [...prediction.action.inputs];
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      const maker = makers.get(keyOf(file));
      if (maker === undefined || maker.status === 'reads') found.add(file.path);
      else if (!seen.has(maker)) {
        seen.add(maker);
        open.push(...maker.action.inputs);
      }
    }
    return [...found].filter((path) => path !== '').sort();
  };
  return {
    makerOf: (file) => makers.get(keyOf(file)),
    takersOf: ({ action }) => [
      ...new Set((action.outputs ?? []).flatMap((file) => takers.get(keyOf(file)) ?? [])),
    ],
    sourcesOf,
  };
}

/** A planned file and the stored one in its place are the same. */
const keyOf = (file: Artifact): string => `${file.task}\n${filePlace(file)}`;
