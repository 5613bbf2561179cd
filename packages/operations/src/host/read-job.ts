/** Reads the values of a host's job, which our own side wrote: a missing or wrong one is a bug and throws. */
import type { JsonObject } from '@pipeline/schema';

export function jobText(job: JsonObject, key: string): string {
  const value = job[key];
  if (typeof value !== 'string') throw new Error(`the job has no text "${key}"`);
  return value;
}

export function jobObject(job: JsonObject, key: string): JsonObject {
  const value = job[key];
  if (!isObject(value)) throw new Error(`the job has no object "${key}"`);
  return value;
}

export function jobObjects(job: JsonObject, key: string): readonly JsonObject[] {
  const value = job[key];
  if (!Array.isArray(value)) throw new Error(`the job has no list "${key}"`);
  return value.map((item) => {
    if (!isObject(item)) throw new Error(`"${key}" of the job is not a list of objects`);
    return item;
  });
}

export function jobNumber(job: JsonObject, key: string): number {
  const value = job[key];
  if (typeof value !== 'number') throw new Error(`there is no number "${key}"`);
  return value;
}

/** For values that a user may leave out. */
export function numberOption(options: JsonObject, key: string): number | undefined {
  const value = options[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
