/** Why this converter does the work and no other: by the table and the rules by which the route was chosen. */
import { convertersFor, givenOptions, isInstalled, unhonoured } from '@pipeline/operations';
import type { JsonObject } from '@pipeline/schema';
import { applicableOptions, canonicalFormat } from '@pipeline/schema';
import type { ActionPrediction } from '@pipeline/engine';

/** Sentences; empty for what is no conversion. */
export function whyConverter({ action }: ActionPrediction, operation: string): readonly string[] {
  const { converter, decision, inputs } = action;
  const [input] = inputs;
  if (operation !== 'convert' || converter === undefined || decision.type !== 'run' || input === undefined)
    return [];
  const { options } = decision;
  const from = canonicalFormat(textOf(options, 'input_format') ?? input.format);
  const to = canonicalFormat(textOf(options, 'output_format') ?? '');
  const pair = `${from} → ${to}`;
  const engine = textOf(options, 'engine');
  const version = textOf(options, 'engine_version');
  if (engine !== undefined)
    return [`asked for: engine: ${engine}${version === undefined ? '' : `, engine_version: ${version}`}`];
  const able = convertersFor(from, to);
  const place = able.findIndex(({ name }) => name === converter.name);
  if (place < 0) return [];
  const given = givenOptions(applicableOptions('convert', options, { from, to }));
  const better = able.slice(0, place).map((other) => {
    if (!isInstalled(other)) return `${other.name} would be better for ${pair}, and is not installed`;
    const lacks = unhonoured(other, { from, to, options }, given);
    return lacks.length > 0
      ? `${other.name} does not honour ${lacks.join(', ')}`
      : `${other.name} has another version than asked for`;
  });
  const others = able.slice(place + 1).filter((other) => isInstalled(other) && other.via === undefined);
  const rank = place === 0 ? 'the best' : 'the best of what is left';
  const first =
    others.length === 0 && better.length === 0 ? `the one way of ${pair} here` : `${rank} for ${pair}`;
  const also =
    others.length === 0 ? [] : [`also possible, with engine: ${others.map(({ name }) => name).join(', ')}`];
  return [first, ...better.slice(0, 3), ...also];
}

function textOf(options: JsonObject, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
