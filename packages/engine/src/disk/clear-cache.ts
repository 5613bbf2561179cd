/** Empties a cache: all that this version wrote into the folder, and nothing else that may lie there. */
import { existsSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CacheSurvey, logNames, surveyCache } from './cache-survey.ts';
import { cacheFormat } from './disk-cache.ts';
import { lookName } from './tidy-cache.ts';

/** What is gone, or would be. Throws what the disk says when something cannot be removed. */
export function clearCache(dir: string, { isDry }: { readonly isDry: boolean }): CacheSurvey {
  const survey = surveyCache(dir);
  if (isDry) return survey;
  const own = join(dir, cacheFormat);
  const objects = [...survey.objects.values(), ...survey.scraps];
  // Records first: what is left of them would promise what is not there any more.
  const files = [...logNames, lookName].map((name) => join(own, name)).filter((file) => existsSync(file));
  for (const file of files) rmSync(file, { force: true });
  for (const { path } of objects) rmSync(path, { force: true });
  for (const folder of new Set(objects.map(({ path }) => dirname(path)))) removeEmpty(folder);
  for (const folder of [join(own, 'objects'), own]) removeEmpty(folder);
  return survey;
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody else's file lies in it, or it is gone.
  }
}
