/** Explanations for people. Each line says one thing; nothing is said by colour alone. */
import type { ActionPrediction } from '@pipeline/engine';
import { filePlace } from '@pipeline/engine';
import type { JsonValue } from '@pipeline/schema';
import { shortLength } from '../history/find-run.ts';
import { startText } from '../history/runs-text.ts';
import { printable } from '../reporters/printable.ts';
import { formatBytes, formatDuration, plural } from '../reporters/quantity.ts';
import { shellCommand } from '../reporters/shell-quote.ts';
import { widthOf } from '../reporters/text-width.ts';
import { type ActionExplanation, type OutputExplanation, stateText } from './explanation.ts';
import { hanging, type Look } from './look.ts';
import type { OptionOrigin } from './option-origins.ts';
import { countActions, countsOf } from './plan-counts.ts';
import { reasonText } from './plan-text.ts';
import { shownConverter, shownFile } from './shown-action.ts';

export interface ExplainLook extends Look {
  readonly baseDir: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

type Row = readonly [label: string, text: string];

const statusSentences: Readonly<Record<ActionPrediction['status'], string>> = {
  run: 'would run',
  'may-run': 'may run',
  cached: 'cached, its stored result would be taken',
  'up-to-date': 'up to date',
  skipped: 'would be skipped',
  reads: 'looks for its files',
};

/** Ends with a newline. */
export function actionText(explanation: ActionExplanation, look: ExplainLook): string {
  const { prediction, options, last } = explanation;
  return textOf([
    ...title(prediction.action.address, statusSentences[prediction.status], look),
    ...rowsOf(
      prediction.reasons.map(({ text }): Row => ['', text]),
      look,
    ),
    '',
    ...rowsOf(factsOf(explanation, look), look),
    ...section('options', options.map(optionRow), look),
    ...section('its result depends on', dependsOn(explanation, look), look),
    ...section('the last time', last === undefined ? [] : lastRows(last), look),
  ]);
}

function factsOf(explanation: ActionExplanation, look: ExplainLook): readonly Row[] {
  const { prediction, task, place, backend, why, inputs, takers } = explanation;
  const { outputs } = prediction.action;
  const converter = shownConverter(prediction);
  return [
    [
      'task',
      `${task.name}, ${task.operation} (${place}), ${backend === 'local' ? 'on this machine' : 'on CloudConvert'}`,
    ],
    ...(converter === '' ? [] : [['converter', [converter, ...why].join('; ')] satisfies Row]),
    ...many(
      'takes',
      inputs.map(({ place: name, from, path }) =>
        path === undefined
          ? `${name}${from === undefined ? '' : `, made by ${from}`}`
          : shownFile(path, look.baseDir),
      ),
      look,
    ),
    ...(prediction.status === 'skipped'
      ? []
      : prediction.writes.length > 0
        ? many(
            'writes',
            prediction.writes.map(({ path, reason }) => `${shownFile(path, look.baseDir)}: ${reason.text}`),
            look,
          )
        : many('makes', outputs === undefined ? ['known when it has run'] : outputs.map(filePlace), look)),
    ...many('for', takers, look),
  ];
}

const fewEnough = 5;

/** The first of them with the label; of many, how many more there are. */
function many(label: string, texts: readonly string[], { verbosity }: Look): readonly Row[] {
  const shown = verbosity === 'verbose' || texts.length <= fewEnough + 1 ? texts : texts.slice(0, fewEnough);
  const rest = texts.length - shown.length;
  return [
    ...shown.map((text, index): Row => [index === 0 ? label : '', text]),
    ...(rest === 0 ? [] : [['', `and ${rest} more; -v names all`] satisfies Row]),
  ];
}

function optionRow({ name, value, place, isDefault, written, sources }: OptionOrigin): Row {
  const by = [...(written === undefined ? [] : [written]), ...sources].join(', ');
  const from = `${isDefault ? 'defaults, ' : ''}${place}${by === '' ? '' : `: ${by}`}`;
  return [name, `${value === undefined ? '(known when it has run)' : shownValue(value)}  from ${from}`];
}

const shownValue = (value: JsonValue): string =>
  typeof value === 'string' && value !== '' ? value : JSON.stringify(value);

/** The walk that makes the hash made these lines, too; what was different the last time stands beside. */
function dependsOn({ prediction, last }: ActionExplanation, { verbosity }: Look): readonly Row[] {
  const { fingerprint, ingredients } = prediction;
  if (ingredients === undefined) return [];
  const shown = (value: string): string =>
    verbosity !== 'verbose' && /^[0-9a-f]{64}$/.test(value) ? `sha256 ${value.slice(0, 12)}…` : value;
  const before = new Map(last?.ingredients.map(({ name, value }) => [name, value]));
  const rows = ingredients.map(({ name, value }): Row => {
    if (value === '') return [name, 'not made yet'];
    const old = before.get(name);
    const was =
      last === undefined || old === value ? '' : old === undefined ? '  (new)' : `  (was ${shown(old)})`;
    return [name, `${shown(value)}${was}`];
  });
  const now = new Set(ingredients.map(({ name }) => name));
  const gone = (last?.ingredients ?? []).filter(({ name }) => !now.has(name));
  return [
    ...rows,
    ...gone.map(({ name, value }): Row => [name, `not any more  (was ${shown(value)})`]),
    ...(fingerprint === undefined ? [] : [['all in one hash', shown(fingerprint.key)] satisfies Row]),
  ];
}

function lastRows({
  address,
  outputs,
  actionMs,
  converter,
  message,
}: NonNullable<ActionExplanation['last']>): readonly Row[] {
  const bytes = outputs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const by = converter === undefined ? '' : ` by ${converter.name} ${converter.version}`;
  return [
    [
      '',
      `made ${plural(outputs.length, 'file')}, ${formatBytes(bytes)}, in ${formatDuration(actionMs)}${by}, as ${address}`,
    ],
    ...(message === undefined ? [] : [['', message] satisfies Row]),
  ];
}

export function outputText(explanation: OutputExplanation, look: ExplainLook): string {
  const { path, state, sha256, writer, chain, sources, next, run } = explanation;
  const explained = chain[1] ?? chain[0];
  const shown = sources.map((source) => shownFile(source, look.baseDir));
  return textOf([
    ...title(shownFile(path, look.baseDir), stateText(state), look),
    '',
    ...rowsOf(
      [
        ...(sha256 === undefined ? [] : [['sha256', sha256] satisfies Row]),
        ...(writer === undefined
          ? []
          : [
              [state === 'as-written' || state === 'edited' ? 'written by' : 'made by', writer] satisfies Row,
            ]),
        ...(run === undefined
          ? []
          : [
              [
                'in the run',
                `${run.job.slice(0, shortLength)}, begun ${startText(Date.parse(run.at), look.now)}`,
              ] satisfies Row,
            ]),
        ...(chain.length < 2
          ? []
          : [
              [
                'by way of',
                chain.slice(1).join(` ${look.style.signs.arrow === '->' ? '<-' : '←'} `),
              ] satisfies Row,
            ]),
        ...many('made of', shown, look),
        [
          'next run',
          next === undefined
            ? 'nothing makes it any more'
            : `${changeText[next.change]}: ${next.reason.text}`,
        ],
      ],
      look,
    ),
    ...(explained === undefined ? [] : ['', ...more(['pipeline', 'explain', explained], look)]),
  ]);
}

const changeText = {
  create: 'would write it',
  replace: 'would replace it',
  maybe: 'may replace it',
  keep: 'would keep it',
  none: 'would leave it',
} as const;

/** One line an action: what it would do, and how to ask for more. */
export function listText(
  heading: string,
  predictions: readonly ActionPrediction[],
  look: ExplainLook,
): string {
  const shown = look.verbosity === 'verbose' ? predictions : predictions.slice(0, 20);
  const rest = predictions.length - shown.length;
  const [first] = predictions;
  return textOf([
    ...title(heading, countsOf(countActions(predictions)), look),
    ...shown.flatMap((prediction) =>
      hanging(
        `  ${printable(prediction.action.address)}  `,
        `${statusSentences[prediction.status]}: ${reasonText(prediction)}`,
        look,
      ),
    ),
    ...(rest === 0 ? [] : [`  and ${rest} more; -v names all`]),
    ...(first === undefined ? [] : ['', ...more(['pipeline', 'explain', first.action.address], look)]),
  ]);
}

/** Never broken: it is there to be copied. */
const more = (command: readonly string[], { style }: Look): readonly string[] => [
  style.dim(`more: ${shellCommand(command)}`),
];

function title(name: string, what: string, { style }: Look): readonly string[] {
  return [`${style.bold(printable(name))}${what === '' ? '' : `: ${what}`}`];
}

function section(name: string, rows: readonly Row[], look: Look): readonly string[] {
  return rows.length === 0 ? [] : ['', look.style.bold(name), ...rowsOf(rows, look)];
}

/** Labels below each other, texts too. */
function rowsOf(rows: readonly Row[], look: Look): readonly string[] {
  const width = Math.min(24, Math.max(0, ...rows.map(([label]) => widthOf(label))));
  return rows.flatMap(([label, text]) => {
    const start = `  ${printable(label).padEnd(width)}${width === 0 ? '' : '  '}`;
    return hanging(start, printable(text), look);
  });
}

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
