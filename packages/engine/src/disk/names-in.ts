/** What lies in a folder that may not be there, or may not be read; in code units. */
import { readdirSync } from 'node:fs';

export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
