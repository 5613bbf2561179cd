/**
 * Colours and signs of one stream. A colour never stands alone: each state has its sign too, and each sign has an ASCII
 * twin for terminals that are not UTF-8.
 */
import type { ReportStream, ReporterOptions } from './reporter.ts';

type Paint = (text: string) => string;

export interface TerminalStyle {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
  readonly signs: Signs;
}

export interface Signs {
  readonly done: string;
  readonly cached: string;
  readonly failed: string;
  readonly skipped: string;
  readonly warning: string;
  readonly running: string;
  readonly selected: string;
  readonly separator: string;
  readonly arrow: string;
  readonly gutter: string;
  readonly ellipsis: string;
  readonly rule: string;
  /** Four states of a bar, and what ended without a result. */
  readonly bar: {
    readonly done: string;
    readonly cached: string;
    readonly running: string;
    readonly waiting: string;
    readonly lost: string;
  };
  readonly spinner: readonly string[];
}

const unicodeSigns: Signs = {
  done: '✓',
  cached: '=',
  failed: '✗',
  skipped: '↷',
  warning: '!',
  running: '▸',
  selected: '❯',
  separator: '·',
  arrow: '→',
  gutter: '│',
  ellipsis: '…',
  rule: '─',
  bar: { done: '█', cached: '▓', running: '▒', waiting: '░', lost: '×' },
  spinner: ['⠋', '⠙', '⠸', '⠴', '⠦', '⠇'],
};

const asciiSigns: Signs = {
  done: '+',
  cached: '=',
  failed: 'x',
  skipped: '-',
  warning: '!',
  running: '>',
  selected: '>',
  separator: '|',
  arrow: '->',
  gutter: '|',
  ellipsis: '...',
  rule: '-',
  bar: { done: '#', cached: '=', running: '>', waiting: '.', lost: 'x' },
  spinner: ['|', '/', '-', '\\'],
};

export function createStyle({
  isColored,
  isUnicode,
}: {
  isColored: boolean;
  isUnicode: boolean;
}): TerminalStyle {
  const paint = (open: number, close: number): Paint =>
    isColored ? (text) => (text === '' ? '' : `\u001B[${open}m${text}\u001B[${close}m`) : (text) => text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
    signs: isUnicode ? unicodeSigns : asciiSigns,
  };
}

export function styleFor(stream: ReportStream, env: ReporterOptions['env']): TerminalStyle {
  return createStyle({ isColored: isColored(stream, env), isUnicode: isUnicode(env) });
}

/** FORCE_COLOR wins, then NO_COLOR (https://no-color.org: any non-empty value), then what the stream is. */
export function isColored(stream: ReportStream, env: ReporterOptions['env']): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  // Logs on GitHub are no terminal, and show colours.
  return stream.isTTY === true || env['GITHUB_ACTIONS'] === 'true';
}

/** As the locale says. Where none is set at all, as in many containers, today's terminals are UTF-8. */
function isUnicode(env: ReporterOptions['env']): boolean {
  if (env['TERM'] === 'linux') return false;
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => (value ?? '') !== '');
  return locale === undefined || /utf-?8/i.test(locale);
}
