/** What can be converted, by whom, with which options. Nobody needs a key for it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { JsonObject } from '@pipeline/schema';
import { operationNamed } from '../create-tasks.ts';
import { includes, parameter, type Query } from '../pagination.ts';
import { isTrue } from '../read-job.ts';
import { sendRawJson } from '../request-view.ts';
import type { ByQuery, RouteContext } from '../route-context.ts';
import type { CatalogueEntry } from '../server-options.ts';

interface Shown {
  readonly hasOptions: boolean;
  readonly hasVersions: boolean;
}

export function operationRoutes(app: FastifyInstance, { parts }: RouteContext): void {
  let asked: Promise<readonly CatalogueEntry[]> | undefined;
  const textOf = entryTexts();

  function catalogue(): Promise<readonly CatalogueEntry[]> {
    asked ??= parts.options.catalogue().catch((error: unknown) => {
      // The next one who asks may have more luck.
      asked = undefined;
      throw error;
    });
    return asked;
  }

  async function list(request: FastifyRequest<ByQuery>, reply: FastifyReply, convertOnly: 'convert' | 'all') {
    const entries = (await catalogue()).filter((entry) => matches(entry, request.query, convertOnly));
    const shown = shownParts(request.query);
    return sendRawJson(
      request,
      reply,
      `{"data":[${entries.map((entry) => textOf(entry, shown)).join(',')}]}`,
    );
  }

  app.get<ByQuery>('/operations', (request, reply) => list(request, reply, 'all'));
  // The name that it had before there were other operations.
  app.get<ByQuery>('/convert/formats', (request, reply) => list(request, reply, 'convert'));
}

function matches(entry: CatalogueEntry, query: Query, kind: 'convert' | 'all'): boolean {
  const operation = parameter(query, 'filter[operation]') ?? (kind === 'convert' ? kind : undefined);
  if (operation !== undefined && sameName(operation) !== sameName(entry.operation)) return false;
  if (entry.isAlternative && !isTrue(parameter(query, 'alternatives')) && !namesEngine(query)) return false;
  return (
    isWanted(query, 'input_format', entry.input_format) &&
    isWanted(query, 'output_format', entry.output_format) &&
    isWanted(query, 'engine', entry.engine) &&
    hasVersion(entry, parameter(query, 'filter[engine_version]'))
  );
}

const sameName = (operation: string): string => operationNamed(operation) ?? operation;

/** Whoever names an engine means it, default or not. */
const namesEngine = (query: Query): boolean => parameter(query, 'filter[engine]') !== undefined;

function isWanted(query: Query, name: string, value: string | null): boolean {
  const wanted = parameter(query, `filter[${name}]`);
  return wanted === undefined || wanted.toLowerCase() === value?.toLowerCase();
}

function hasVersion({ engine_versions: versions }: CatalogueEntry, wanted: string | undefined): boolean {
  return wanted === undefined || versions.some(({ version }) => version === wanted);
}

function shownParts(query: Query): Shown {
  const wanted = includes(query);
  return { hasOptions: wanted.has('options'), hasVersions: wanted.has('engine_versions') };
}

/** Tens of thousands of entries share a few hundred lists, so texts are kept of lists, and not of entries. */
function entryTexts(): (entry: CatalogueEntry, shown: Shown) => string {
  const known = new WeakMap<readonly JsonObject[], string>();
  const textOf = (list: readonly JsonObject[]): string => {
    const text = known.get(list) ?? JSON.stringify(list);
    known.set(list, text);
    return text;
  };
  return (entry, { hasOptions, hasVersions }) => {
    const {
      isAlternative: _,
      options,
      engine_versions: versions,
      deprecated,
      experimental,
      ...first
    } = entry;
    return `${JSON.stringify(first).slice(0, -1)},"options":${hasOptions ? textOf(options) : 'null'},"engine_versions":${
      hasVersions ? textOf(versions) : 'null'
    },"deprecated":${deprecated},"experimental":${experimental}}`;
  };
}
