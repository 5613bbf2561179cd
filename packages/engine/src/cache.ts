/**
 * The results of earlier actions, as the engine sees them: found by fingerprint, kept by content. How they lie on a disk
 * is not known here.
 */
import type { JsonObject } from '@pipeline/schema';
import type { ActionRecord } from './action-record.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Artifact } from './operation.ts';

export interface ActionCache {
  /** Milliseconds since the epoch: the clock that stamps files. */
  readonly now: () => number;
  /** Text → hex SHA-256. */
  readonly digest: (text: string) => string;
  /** Hex SHA-256 of a file of this machine: from memory, when nothing has changed since it was computed. */
  readonly hashFile: (path: string) => Promise<string>;
  /** The result of an action with this fingerprint, when every file of it is there and whole. */
  readonly find: (fingerprint: Fingerprint) => Promise<ActionRecord | undefined>;
  /** What is written of an action, for explanations; its files are not looked at. */
  readonly record: (key: string) => ActionRecord | undefined;
  /** Where a file of a record lies: absolute, never to be changed. */
  readonly objectPath: (sha256: string) => string;
  /** Keeps what an action has made, unless its inputs changed meanwhile; gives its files back with their hashes. */
  readonly keep: (made: MadeResult) => Promise<readonly Artifact[]>;
  /** Puts a kept file under a name in an existing folder, once its content has been checked; false: it is damaged, and gone. */
  readonly restore: (sha256: string, path: string) => Promise<boolean>;
  /** Looks at every byte of a kept file; false: it is damaged, and gone. */
  readonly check: (sha256: string) => Promise<boolean>;
  /** Writes what is only in memory. */
  readonly close: () => void;
}

/** An action that has finished, with files that nobody will write to any more. */
export interface MadeResult {
  readonly address: string;
  readonly fingerprint: Fingerprint;
  readonly inputs: readonly Artifact[];
  readonly outputs: readonly Artifact[];
  /** Absolute paths of files that were read beside the inputs. */
  readonly dependsOn: readonly string[];
  readonly converter?: { readonly name: string; readonly version: string };
  readonly message?: string;
  readonly result?: JsonObject;
  /** When it began, by `ActionCache.now`. */
  readonly startedAt: number;
  readonly actionMs: number;
}
