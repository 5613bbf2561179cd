/** A machine in maps, for what a plan says: a cache, a last run, and files; and the plan in short lines. */
import { createHash } from 'node:crypto';
import { err, ok, type Pipeline } from '@pipeline/schema';
import {
  type ActionPrediction,
  type ActionRecord,
  failure,
  type KnownPast,
  type Operation,
  type Prediction,
  predictJob,
  type Selection,
} from '../src/index.ts';
import { fakePlan } from '../src/testing.ts';
import { planOf } from './harness.ts';

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A machine: files by absolute path, with the hash of their content, and what runs left on it. */
export class Machine {
  readonly files = new Map<string, string>();
  readonly records = new Map<string, ActionRecord>();
  readonly keys = new Map<string, string>();
  readonly written = new Map<string, { readonly sha256: string; readonly address: string }>();
  /** Files of actions that only the run can tell. */
  readonly open: Record<string, readonly string[]> = {};
  version = '1.0';
  /** Names of files that nothing can be done with. */
  impossible: readonly string[] = [];
  past: Partial<KnownPast> = {};

  write(path: string, content: string): void {
    this.files.set(path, hashOf(content));
  }

  async predict(pipeline: Pipeline, select: Selection = {}): Promise<Prediction> {
    const plan = await planOf(pipeline, { select, fake: { plan: this.#plan } });
    if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join('\n'));
    return predictJob(plan.value, {
      hashFile: (path) => Promise.resolve(this.files.get(path)),
      digest: hashOf,
      last: { keyOf: (address) => this.keys.get(address), outputOf: (path) => this.written.get(path) },
      cache: {
        find: ({ key }) => Promise.resolve(this.#whole(key)),
        record: (key) => this.records.get(key),
        objectPath: (sha256) => `/cache/${sha256}`,
      },
      ...this.past,
    });
  }

  /** Does what is predicted until nothing is left to do; files tell by their hash what they were made of. */
  async run(pipeline: Pipeline): Promise<void> {
    for (;;) {
      const { tasks } = await this.predict(pipeline);
      const possible = tasks.flatMap(({ actions }) => actions).filter(isPossible);
      if (possible.length === 0) return;
      for (const prediction of possible) this.#do(prediction);
    }
  }

  /** Imports find their files in `/project`; exports write there. */
  readonly #plan: Operation['plan'] = (request) => {
    const planned = fakePlan(request);
    const bad = request.inputs.find(({ name }) => this.impossible.includes(name));
    if (bad !== undefined) return err(failure('unsupported', `nothing can be done with ${bad.name}`));
    if (!planned.ok) return planned;
    const { outputs, converter } = planned.value;
    const isImport = request.task.operation === 'import/local';
    const isExport = request.task.operation === 'export/local';
    return ok({
      ...planned.value,
      ...(converter !== undefined && { converter: { ...converter, version: this.version } }),
      ...(isImport &&
        outputs !== undefined && {
          outputs: outputs.map((file) => ({ ...file, path: `/project/${file.name}` })),
        }),
      ...(isExport && { writes: request.inputs.map(({ name }) => `/project/out/${name}`) }),
    });
  };

  #whole(key: string): ActionRecord | undefined {
    const record = this.records.get(key);
    const isWhole = record?.dependsOn.every(({ path, sha256 }) => (this.files.get(path) ?? null) === sha256);
    return isWhole === true ? record : undefined;
  }

  #do({ action, fingerprint, writes }: ActionPrediction): void {
    const { address, inputs } = action;
    for (const [index, { path }] of writes.entries()) {
      const sha256 = inputs[index]?.sha256 ?? '';
      this.files.set(path, sha256);
      this.written.set(path, { sha256, address });
    }
    if (fingerprint === undefined) return;
    const { key, ingredients } = fingerprint;
    const names = action.outputs?.map(({ name }) => name) ?? this.open[address] ?? [];
    const outputs = names.map((name) => ({ dir: '', name, sizeBytes: 1, sha256: hashOf(`${name} ${key}`) }));
    this.records.set(key, { key, address, ingredients, outputs, dependsOn: [], actionMs: 1 });
    this.keys.set(address, key);
  }
}

/** All its files are there, and it is to run. */
function isPossible({ status, fingerprint, writes, action }: ActionPrediction): boolean {
  const isWriting = writes.length > 0 && action.inputs.every(({ sha256 }) => sha256 !== undefined);
  return status === 'run' && (isWriting || fingerprint !== undefined);
}

/** `pdf[a.md] run: never run`, or with the file that is written: `out[a.md] replace: output edited`. */
export function linesOf({ tasks }: Pick<Prediction, 'tasks'>): readonly string[] {
  return tasks.flatMap(({ task, actions, followsFrom, problems }) => [
    ...actions
      .filter(({ status }) => status !== 'reads')
      .map(({ action, status, reasons, writes }) => {
        const what = writes.length === 0 ? '' : ` (${writes.map(({ change }) => change).join(', ')})`;
        return `${action.address} ${status}${what}: ${reasons.map(({ text }) => text).join('; ')}`;
      }),
    ...followsFrom.map((address) => `${task}: more from ${address}`),
    ...problems.map(({ address, message }) => `${address} fails: ${message}`),
  ]);
}
