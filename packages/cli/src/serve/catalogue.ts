/** What `GET /operations` lists: what this machine can do here and now. */
import type { CatalogueEntry } from '@pipeline/server';

export const catalogue = async (): Promise<readonly CatalogueEntry[]> => [];
