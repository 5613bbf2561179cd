/** A survey as text for people, in 80 columns: what is well, what is not, and what to do. It looks at nothing itself. */
import type { TerminalStyle } from '../reporters/terminal-style.ts';
import { columns } from '../text-columns.ts';
import { wrapText } from '../wrap-text.ts';
import type { Missing, PackState, ProgramState, Survey } from './survey.ts';
import type { FontFamily } from './fonts.ts';

export interface Look {
  readonly style: TerminalStyle;
  readonly width: number;
}

/** `here`: a green sign; `optional`: it would be good to have; `wrong`: to be mended. */
type Mark = 'here' | 'optional' | 'wrong';

interface Row {
  readonly mark: Mark;
  readonly label: string;
  readonly text: string;
}

export function doctorText(survey: Survey, look: Look): string {
  const { programs, packs } = survey;
  return [
    look.style.bold(`Pipeline ${survey.version}`),
    '',
    ...section('This machine', machineRows(survey), look),
    ...section(counted('Programs', programs), programRows(programs, look), look),
    ...section(`${counted('Packs', packs)}: npm packages in place of programs`, packRows(packs, look), look),
    ...closing(survey, look),
    '',
  ].join('\n');
}

const counted = (title: string, states: readonly { readonly state: string }[]): string =>
  `${title} (${states.filter(({ state }) => state === 'here').length} of ${states.length})`;

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

function machineRows({ node, platform, sandbox, limits, fonts, credentials, programsPath }: Survey): Row[] {
  const hasKey = credentials.CLOUDCONVERT_API_KEY;
  return [
    {
      mark: node.isSupported ? 'here' : 'wrong',
      label: 'Node',
      text: `${node.version} on ${platform}${node.isSupported ? '' : ': Pipeline needs 20.19 or newer'}`,
    },
    { label: 'sandbox', ...sandboxes[sandbox] },
    {
      mark: 'here',
      label: 'limits',
      text: `${limits.cpus} CPUs, ${gigabytes(limits.memoryBytes)} of memory, ${gigabytes(limits.freeMemoryBytes)} free`,
    },
    ...fontRows(fonts),
    {
      mark: hasKey ? 'here' : 'optional',
      label: 'CloudConvert',
      text: hasKey
        ? 'CLOUDCONVERT_API_KEY is set'
        : 'CLOUDCONVERT_API_KEY is not set; only `runs_on: cloudconvert` needs it',
    },
    ...(programsPath === undefined
      ? []
      : [
          {
            mark: 'optional' as const,
            label: 'search path',
            text:
              programsPath === ''
                ? 'PIPELINE_PROGRAMS_PATH is empty: no programs are used'
                : `programs are searched in PIPELINE_PROGRAMS_PATH: ${programsPath}`,
          },
        ]),
  ];
}

const sandboxes: Readonly<Record<Survey['sandbox'], { readonly mark: Mark; readonly text: string }>> = {
  bubblewrap: {
    mark: 'here',
    text: 'bubblewrap: programs see no network, and no files but those of their job',
  },
  'no-network': {
    mark: 'optional',
    text: 'programs see no network, but can read what you can: install bubblewrap to shut that, too',
  },
  none: {
    mark: 'optional',
    text: 'none: programs run with your rights and network. On Linux, install bubblewrap; for files of strangers, use a container',
  },
};

function fontRows(fonts: readonly FontFamily[]): readonly Row[] {
  const found = fonts.flatMap((family) =>
    family.found === undefined ? [] : [`${family.name}: ${family.found}`],
  );
  const lacking = fonts.filter((family) => family.found === undefined);
  const rows: Row[] = [];
  if (found.length > 0) rows.push({ mark: 'here', label: 'fonts', text: found.join('; ') });
  if (lacking.length > 0) {
    const names = lacking.map(({ name, openFamily }) => `${name} (${openFamily} would do)`).join('; ');
    rows.push({ mark: 'optional', label: 'fonts', text: `nothing for ${names}` });
  }
  return rows;
}

/** Paths are cut before anything else is: people know where their programs are. */
function programRows(programs: readonly ProgramState[], { width }: Look): readonly Row[] {
  const here = programs.filter(({ state }) => state === 'here');
  const lines = columns(
    here.map(({ version = '', license, path = '' }) => [version, shortLicense(license), path]),
  );
  const order: Readonly<Record<ProgramState['state'], number>> = { here: 0, broken: 1, missing: 2 };
  return programs
    .toSorted((left, right) => order[left.state] - order[right.state])
    .map((program) => {
      const { name, state, path, purpose } = program;
      if (state === 'missing') return { mark: 'optional', label: name, text: `missing: ${purpose}` };
      if (state === 'broken') {
        return { mark: 'wrong', label: name, text: `broken: ${path} does not tell its version` };
      }
      const line = lines[here.indexOf(program)] ?? '';
      return { mark: 'here', label: name, text: cutMiddle(line, width - labelWidth - 6) };
    });
}

function packRows(packs: readonly PackState[], { width }: Look): readonly Row[] {
  const here = packs.filter(({ state }) => state === 'here');
  const lines = columns(here.map(({ version, license }) => [version, shortLicense(license)]));
  return packs.map((pack) => {
    const { name, purpose, sizeMb, state } = pack;
    if (state === 'missing') {
      return { mark: 'optional', label: name, text: `missing: ${purpose} (${sizeMb} MB)` };
    }
    const line = lines[here.indexOf(pack)] ?? '';
    return { mark: 'here', label: name, text: cutMiddle(line, width - labelWidth - 6) };
  });
}

/** The alternative is for lawyers; `formats --json` and `doctor --json` have it whole. */
const shortLicense = (license: string): string => license.replace(/ OR .*/, '');

const cutMiddle = (line: string, width: number): string =>
  line.length > width ? `${line.slice(0, width - 1)}…` : line;

const labelWidth = 14;

function section(title: string, rows: readonly Row[], { style, width }: Look): readonly string[] {
  const signs: Readonly<Record<Mark, string>> = {
    here: style.green(style.signs.done),
    optional: style.dim(style.signs.separator),
    wrong: style.red(style.signs.failed),
  };
  const lines = rows.flatMap(({ mark, label, text }) =>
    wrapText(text, width - labelWidth - 6).map((line, index) => {
      const shown = mark === 'optional' ? style.dim(line) : line;
      return index === 0
        ? `  ${signs[mark]} ${label.padEnd(labelWidth)}  ${shown}`
        : `${' '.repeat(labelWidth + 6)}${shown}`;
    }),
  );
  return [style.bold(title), ...lines, ''];
}

const number = (count: number): string => String(count).replaceAll(/(?<=\d)(?=(?:\d{3})+$)/g, ',');

function closing({ programs, reach, missing }: Survey, look: Look): readonly string[] {
  const { style, width } = look;
  const broken = programs.filter(({ state }) => state === 'broken').map(({ name }) => name);
  const sentence = `${number(reach.pairs)} format pairs between ${number(reach.formats)} formats work here.`;
  const mend =
    broken.length === 0
      ? []
      : wrapText(`To be installed again, or removed from PATH: ${broken.join(', ')}.`, width);
  if (missing.install === '') return [...mend, style.green(`${sentence} Nothing is missing.`)];
  return [...mend, sentence, '', ...additions(missing, look)];
}

function additions({ install, adds, withoutPrograms }: Missing, look: Look): readonly string[] {
  const { bold } = look.style;
  return [
    bold(`To add all that is missing${gain(adds)}:`),
    ...commandLines(install, look),
    ...(withoutPrograms === undefined
      ? []
      : [
          '',
          bold(`Or packs alone${gain(withoutPrograms.adds)}:`),
          ...commandLines(withoutPrograms.install, look),
        ]),
  ];
}

function gain({ pairs, formats }: Missing['adds']): string {
  if (pairs === 0) return '';
  return ` (${pairs} more pairs${formats === 0 ? '' : `, ${formats} more formats`})`;
}

/** One command, though of several lines: it can be copied as it is. */
function commandLines(command: string, { width, style }: Look): readonly string[] {
  const ending = process.platform === 'win32' ? ' ^' : ' \\';
  const lines = wrapText(command, width - 6);
  return lines.map(
    (line, index) =>
      `  ${index === 0 ? '' : '  '}${style.cyan(line)}${index < lines.length - 1 ? ending : ''}`,
  );
}
