/**
 * The choice among converters: which one, or which chain of two, turns A into B here, under the options given. No converter
 * library is loaded here, and nothing is converted.
 */
import type { Failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { isInstalled } from '../converter-table.ts';
import type { Converter } from '../converters/converter.ts';
import { convertersFor } from './conversions.ts';
import { satisfiesVersion } from './engine-version.ts';
import { noConverter, noSuchVersion, notHonoured, notInstalled, wrongEngine } from './route-failures.ts';
import { givenOptions, isEngine, unhonoured } from './route-request.ts';
import type { RouteRequest } from './route-request.ts';

/** The best converter that does the pair, is here, is the engine asked for, and honours every option given. */
export async function findConverter(request: RouteRequest): Promise<Result<Converter, Failure>> {
  const able = convertersFor(request.from, request.to);
  if (able.length === 0) return err(noConverter(request));
  const chosen = candidates(able, request);
  if (!chosen.ok) return chosen;
  const versioned = await byVersion(chosen.value, request);
  if (!versioned.ok) return versioned;
  const given = givenOptions(request.options);
  const best = versioned.value.find((converter) => unhonoured(converter, request, given).length === 0);
  return best === undefined ? err(notHonoured(versioned.value, request, given)) : ok(best);
}

/** Those that are here and are the engine asked for, the best first; never empty. */
function candidates(
  able: readonly Converter[],
  request: RouteRequest,
): Result<readonly Converter[], Failure> {
  const isThere = request.isThere ?? isInstalled;
  const here = able.filter(isThere);
  if (request.engine === undefined) return here.length > 0 ? ok(here) : err(notInstalled(able, request));
  return byEngine({ able, here }, request, request.engine);
}

/** The engine itself, else one that does its work: CloudConvert jobs name engines that need not be installed here. */
function byEngine(
  { able, here }: { able: readonly Converter[]; here: readonly Converter[] },
  request: RouteRequest,
  engine: string,
): Result<readonly Converter[], Failure> {
  for (const some of [
    here.filter(({ name }) => name === engine),
    here.filter((one) => isEngine(one, engine)),
  ]) {
    if (some.length > 0) return ok(some);
  }
  const missing = able.filter((converter) => isEngine(converter, engine));
  if (missing.length > 0) return err(notInstalled(missing, request));
  return err(wrongEngine({ able, here }, request, engine));
}

async function byVersion(
  candidates: readonly Converter[],
  request: RouteRequest,
): Promise<Result<readonly Converter[], Failure>> {
  const wanted = request.engineVersion;
  if (wanted === undefined) return ok(candidates);
  const versioned = await Promise.all(
    candidates.map(async (converter) => ({ converter, version: await converter.version() })),
  );
  const matches = versioned.filter(({ version }) => satisfiesVersion(version, wanted) === true);
  if (matches.length > 0) return ok(matches.map(({ converter }) => converter));
  return err(noSuchVersion(versioned, request, wanted));
}
