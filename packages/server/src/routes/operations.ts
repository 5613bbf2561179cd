/** What can be converted, by whom, with which options. Nobody needs a key for it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { operationNamed } from '../create-tasks.ts';
import { includes, parameter, type Query } from '../pagination.ts';
import { isTrue } from '../read-job.ts';
import { sendRawJson } from '../request-view.ts';
import type { ByQuery, RouteContext } from '../route-context.ts';
import type { CatalogueEntry } from '../server-options.ts';

type Shown = 'plain' | 'options' | 'versions' | 'all';

export function operationRoutes(app: FastifyInstance, { parts }: RouteContext): void {
  let asked: Promise<readonly CatalogueEntry[]> | undefined;
  const texts = new Map<Shown, Map<CatalogueEntry, string>>();

  async function list(request: FastifyRequest<ByQuery>, reply: FastifyReply, convertOnly: 'convert' | 'all') {
    asked ??= parts.options.catalogue();
    const entries = (await asked).filter((entry) => matches(entry, request.query, convertOnly));
    const shown = shownParts(request.query);
    const known = texts.get(shown) ?? new Map<CatalogueEntry, string>();
    texts.set(shown, known);
    const data = entries.map((entry) => {
      const text = known.get(entry) ?? JSON.stringify(resource(entry, shown));
      known.set(entry, text);
      return text;
    });
    return sendRawJson(request, reply, `{"data":[${data.join(',')}]}`);
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
  if (wanted.has('options')) return wanted.has('engine_versions') ? 'all' : 'options';
  return wanted.has('engine_versions') ? 'versions' : 'plain';
}

function resource(entry: CatalogueEntry, shown: Shown) {
  const { isAlternative: _, options, engine_versions: versions, deprecated, experimental, ...first } = entry;
  return {
    ...first,
    options: shown === 'options' || shown === 'all' ? options : null,
    engine_versions: shown === 'versions' || shown === 'all' ? versions : null,
    deprecated,
    experimental,
  };
}
