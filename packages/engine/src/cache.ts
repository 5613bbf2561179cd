/**
 * The results of earlier actions, as the engine sees them: found by fingerprint, kept by content. How they lie on a disk
 * is not known here.
 */
import type { JsonObject } from '@pipeline/schema';
import type { Fingerprint, Ingredient } from './fingerprint.ts';
import type { ActionRequest, Artifact } from './operation.ts';

export interface ActionCache {
  /** Hex SHA-256 of a file of this machine: from memory, when nothing has changed since it was computed. */
  readonly hashFile: (path: string) => Promise<string>;
  /** The result of an action with this fingerprint, when every file of it is there and whole. */
  readonly find: (fingerprint: Fingerprint) => Promise<ActionRecord | undefined>;
  /** What is written of an action, for explanations; its files are not looked at. */
  readonly record: (key: string) => ActionRecord | undefined;
  /** Where a file of a record lies: absolute, never to be changed. */
  readonly objectPath: (sha256: string) => string;
  /** Keeps what an action has made; gives its files back with their hashes. */
  readonly keep: (made: MadeResult) => Promise<readonly Artifact[]>;
  /** Puts a kept file under its own name into a folder, once its content has been checked; false: it is damaged and gone. */
  readonly restore: (sha256: string, path: string) => Promise<boolean>;
  /** Writes what is only in memory. */
  readonly close: () => Promise<void>;
}

/** What is remembered of an action that has finished. */
export interface ActionRecord {
  readonly key: string;
  /** Who made it first: another action may have the same fingerprint. */
  readonly address: string;
  readonly ingredients: readonly Ingredient[];
  readonly outputs: readonly StoredFile[];
  /** Files that were read beside the inputs; `sha256` null: it was looked for, and was not there. */
  readonly dependsOn: readonly { readonly path: string; readonly sha256: string | null }[];
  readonly converter?: { readonly name: string; readonly version: string };
  readonly message?: string;
  readonly result?: JsonObject;
  /** How long it took. */
  readonly actionMs: number;
}

export interface StoredFile {
  readonly dir: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface MadeResult {
  readonly request: ActionRequest;
  readonly fingerprint: Fingerprint;
  readonly outputs: readonly Artifact[];
  /** Absolute paths. */
  readonly dependsOn: readonly string[];
  readonly converter?: { readonly name: string; readonly version: string };
  readonly message?: string;
  readonly result?: JsonObject;
  readonly actionMs: number;
}
