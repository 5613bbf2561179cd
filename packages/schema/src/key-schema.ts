/** What every table of keys is made of, and the forms that several keys share. */
import type { JsonObject } from './json.ts';

/** A schema with what editors show. */
export type KeySchema = JsonObject & {
  readonly description: string;
  readonly examples: readonly JsonObject[string][];
};

/** `500ms`, `10m`, `1h30m`. */
export const durationPattern = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$';
