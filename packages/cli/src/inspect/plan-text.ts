/**
 * A prediction for people: per task what its actions would do, and why. Of many alike the first few are named. It is
 * given all that it says, and knows no stream.
 *
 *     pdf  convert → pdf, by libreoffice 24.8 on this machine
 *       ▸ run     pdf[guide/a.docx] → guide/a.pdf: guide/a.docx changed
 *       = cached  37 actions: nothing that they depend on changed
 */
import type {
  ActionPrediction,
  JobPlan,
  PredictedStatus,
  Prediction,
  TaskPrediction,
} from '@pipeline/engine';
import { whyNoCertificate } from '@pipeline/engine';
import { describeTask } from '../graph/describe-task.ts';
import { printable } from '../reporters/printable.ts';
import { formatCount, plural } from '../reporters/quantity.ts';
import { hanging, type Look } from './look.ts';
import { countActions, countsOf, isUpToDate, statuses, statusWords } from './plan-counts.ts';
import { shownConverter, shownFile, shownResult } from './shown-action.ts';

/** Ends with a newline. */
export function planText(prediction: Prediction, plan: JobPlan, look: Look): string {
  const tasks = prediction.tasks.flatMap((task) => [...taskLines(task, plan, look), '']);
  const lines = [
    ...(look.verbosity === 'quiet'
      ? []
      : [
          ...tasks,
          ...leftOverLines(prediction, plan, look),
          ...noteLines(prediction, plan, look),
          ...alwaysLines(plan, look),
        ]),
    headline(prediction, plan, look),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function taskLines(prediction: TaskPrediction, plan: JobPlan, look: Look): readonly string[] {
  const { style } = look;
  const groups = groupActions(prediction.actions.filter(({ status }) => status !== 'reads'));
  const converters = new Set(prediction.actions.map(shownConverter));
  const common = converters.size === 1 ? [...converters][0] : undefined;
  return [
    ...titleLines(prediction, plan, { ...look, converter: common ?? '' }),
    ...groups.flatMap((group) => groupLines(group, plan, { ...look, isMixed: common === undefined })),
    ...prediction.problems.flatMap(({ address = '', message }) =>
      hanging(
        `  ${style.red(`${style.signs.failed} fails`)}  `,
        `${printable(address)}: ${printable(message)}`,
        look,
      ),
    ),
    ...followLines(prediction, look),
  ];
}

/** Why a run in which nothing has changed has to find that out by planning. */
function alwaysLines(plan: JobPlan, look: Look): readonly string[] {
  if (plan.tasks.includes(undefined)) return [];
  const why = whyNoCertificate(plan);
  return why === undefined ? [] : [...hanging('every run looks at all of it: ', printable(why), look), ''];
}

function titleLines(
  { task: name, backend, actions }: TaskPrediction,
  plan: JobPlan,
  look: Look & { readonly converter: string },
): readonly string[] {
  const task = plan.pipeline.tasks.get(name);
  if (task === undefined) return [look.style.bold(name)];
  const { title, action } = describeTask(task);
  const by = look.converter === '' ? '' : `, by ${look.converter}`;
  const where = backend === 'local' ? '' : ' on CloudConvert';
  const read = actions
    .filter(({ status }) => status === 'reads')
    .flatMap((each) => each.action.outputs ?? []);
  const files = read.length === 0 ? '' : `: ${plural(read.length, 'file')}`;
  return hanging(`${look.style.bold(title)}  `, `${printable(action)}${by}${where}${files}`, look);
}

/** Actions of one task that would do the same, for the same kind of reason. */
interface Group {
  readonly status: PredictedStatus;
  readonly actions: readonly ActionPrediction[];
}

function groupActions(actions: readonly ActionPrediction[]): readonly Group[] {
  const groups = new Map<string, { status: PredictedStatus; actions: ActionPrediction[] }>();
  for (const prediction of actions) {
    const key = `${prediction.status} ${kindOf(prediction)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { status: prediction.status, actions: [prediction] });
    else group.actions.push(prediction);
  }
  return [...groups.values()].toSorted((a, b) => statuses.indexOf(a.status) - statuses.indexOf(b.status));
}

/** Reasons that name a file are of one kind, whatever its name. */
function kindOf({ reasons }: ActionPrediction): string {
  return reasons.map(({ code, text }) => (namesFiles.has(code) ? code : `${code} ${text}`)).join('; ');
}

const namesFiles: ReadonlySet<string> = new Set([
  'input-changed',
  'input-added',
  'input-removed',
  'input-renamed',
  'input-anew',
  'known-in-run',
  'output-changed',
  'side-file-changed',
  'made-before',
]);

const namedInGroup = 3;

type GroupLook = Look & { readonly isMixed: boolean };

function groupLines({ status, actions }: Group, plan: JobPlan, look: GroupLook): readonly string[] {
  const [first] = actions;
  if (first === undefined) return [];
  const isQuiet = status === 'cached' || status === 'up-to-date';
  if (look.verbosity !== 'verbose' && isQuiet && actions.length > 1)
    return hanging(start(status, look), `${plural(actions.length, 'action')}: ${reasonText(first)}`, look);
  // One line saved by hiding one action would be taken by saying so.
  const isShort = look.verbosity === 'verbose' || actions.length <= namedInGroup + 1;
  const named = isShort ? actions : actions.slice(0, namedInGroup);
  const rest = actions.length - named.length;
  const isSame = actions.every((action) => reasonText(action) === reasonText(first));
  return [
    ...named.flatMap((action) => hanging(start(status, look), actionText(action, plan, look), look)),
    ...(rest === 0
      ? []
      : hanging(
          start(status, look),
          `${formatCount(rest)} more${isSame ? `: ${reasonText(first)}` : ', for reasons of the same kind'}`,
          look,
        )),
  ];
}

function actionText(prediction: ActionPrediction, plan: JobPlan, look: GroupLook): string {
  const result = shownResult(prediction, plan.context.baseDir);
  const converter = look.isMixed ? shownConverter(prediction) : '';
  const makes = result === '' ? '' : ` ${look.style.signs.arrow} ${result}`;
  return `${printable(prediction.action.address)}${makes}${converter === '' ? '' : `, by ${converter}`}: ${reasonText(prediction)}`;
}

export function reasonText({ reasons }: Pick<ActionPrediction, 'reasons'>): string {
  return printable(reasons.map(({ text }) => text).join('; '));
}

const wordWidth = statusWords['up-to-date'].length;

/** A sign and a word: neither colour nor sign stands alone. */
function start(status: PredictedStatus, { style }: Look): string {
  const { signs } = style;
  const [sign, paint] = {
    run: [signs.running, style.cyan] as const,
    'may-run': ['?', style.yellow] as const,
    cached: [signs.cached, style.green] as const,
    'up-to-date': [signs.done, style.green] as const,
    skipped: [signs.skipped, style.yellow] as const,
    reads: [signs.running, style.dim] as const,
  }[status];
  return `  ${paint(`${sign} ${statusWords[status].padEnd(wordWidth)}`)}  `;
}

function followLines({ followsFrom }: TaskPrediction, look: Look): readonly string[] {
  const [first, ...rest] = followsFrom;
  if (first === undefined) return [];
  const who = rest.length === 0 ? first : `${first} and ${formatCount(rest.length)} more`;
  return hanging(
    start('may-run', look),
    `more actions follow from ${printable(who)}: how many is known when ${rest.length === 0 ? 'it has' : 'they have'} run`,
    look,
  );
}

/** Files that no source makes any more: removed where that was asked for, else left, and said so. */
function leftOverLines({ leftOver }: Prediction, plan: JobPlan, look: Look): readonly string[] {
  const { style, verbosity } = look;
  const lines = (['delete', 'keep'] as const).flatMap((change) => {
    const files = leftOver.filter((file) => file.change === change);
    const named =
      verbosity === 'verbose' || files.length <= namedInGroup + 1 ? files : files.slice(0, namedInGroup);
    const word =
      change === 'delete' ? style.red(`${style.signs.failed} deletes`) : `${style.signs.skipped} leaves `;
    const rest = files.length - named.length;
    return [
      ...named.flatMap(({ path, address, reason }) =>
        hanging(
          `  ${word}     `,
          `${shown(path, plan)}, made by ${printable(address)}: ${reason.text}`,
          look,
        ),
      ),
      ...(rest === 0 ? [] : [`  ${word}     ${formatCount(rest)} more, for reasons of the same kind`]),
    ];
  });
  if (lines.length === 0) return [];
  const isKept = leftOver.some(({ change, reason }) => change === 'keep' && reason.code === 'no-source');
  return [
    style.bold('left over from earlier runs'),
    ...lines,
    ...(isKept ? ['  after the run, pipeline clean --orphans removes what no source makes any more'] : []),
    '',
  ];
}

const shown = (path: string, { context }: JobPlan): string => printable(shownFile(path, context.baseDir));

/** What was noticed while planning; what was left out has said so itself. */
function noteLines({ tasks }: Prediction, plan: JobPlan, look: Look): readonly string[] {
  const told = new Set(
    tasks.flatMap(({ actions }) => actions.flatMap(({ reasons }) => reasons.map(({ text }) => text))),
  );
  const notes = plan.notes.filter(({ message }) => !told.has(message));
  const lines = notes.flatMap(({ task, message }) =>
    hanging(`${look.style.yellow(look.style.signs.warning)} `, `${task}: ${printable(message)}`, look),
  );
  return lines.length === 0 ? [] : [...lines, ''];
}

function headline(prediction: Prediction, plan: JobPlan, { style }: Look): string {
  const name = printable(plan.pipeline.name ?? plan.pipeline.source.path);
  const actions = prediction.tasks.flatMap((task) => task.actions);
  const counts = countsOf(countActions(actions));
  const open = prediction.tasks.some(({ followsFrom }) => followsFrom.length > 0) ? ', more to follow' : '';
  if (isUpToDate(prediction)) return style.bold(`${name}: up to date, nothing to do`);
  const deletes = prediction.leftOver.filter(({ change }) => change === 'delete').length;
  const pruned = deletes === 0 ? '' : `, ${formatCount(deletes)} deleted`;
  return style.bold(`${name}: ${counts === '' ? 'nothing to do' : counts}${pruned}${open}; nothing ran`);
}
