/**
 * Flags of one command, read from its arguments and from their environment twins, checked against their specs.
 * It does not know what they are for.
 */
import { parseArgs } from 'node:util';
import { nearest } from '@pipeline/schema/did-you-mean';
import { type Result, err, ok } from '@pipeline/schema/result';
import type { FlagSpec } from './flag-spec.ts';
import { type CommandName, twinName } from './flags.ts';
import { laterFlags } from './later.ts';
import type { Environment, FlagValues, UsageError } from './parse-arguments.ts';

type Specs = Readonly<Record<string, FlagSpec>>;

interface CommandLine {
  readonly command: CommandName;
  readonly argv: readonly string[];
  readonly env: Environment;
}

/** One flag with the values it was given; a switch has none. */
interface Given {
  readonly name: string;
  readonly values: readonly string[];
  /** As the user knows it: `-j`, `--concurrency`, `PIPELINE_CONCURRENCY`. */
  readonly calledAs: string;
}

type Flags = FlagValues & { readonly positionals: readonly string[] };

/** The command line wins over the environment, also where the two contradict each other. */
export function readFlags(specs: Specs, line: CommandLine): Result<Flags, UsageError> {
  const typed = fromArguments(specs, line);
  if (!typed.ok) return typed;
  const set = fromEnvironment(specs, line.env);
  if (!set.ok) return set;
  const { given, positionals } = typed.value;
  const background = set.value.filter(
    (flag) =>
      !(positionals.length > 0 && specs[flag.name]?.isArgumentToo === true) &&
      !given.some((other) => other.name === flag.name || contradict(specs, flag, other)),
  );
  const all = [...given, ...background];
  const clash = firstClash(specs, given) ?? firstClash(specs, background);
  if (clash !== undefined) return err(clash);
  for (const flag of all) {
    const mistake = badChoice(specs, flag);
    if (mistake !== undefined) return err(mistake);
  }
  return ok({ ...collect(specs, all), positionals });
}

function fromArguments(
  specs: Specs,
  line: CommandLine,
): Result<{ given: readonly Given[]; positionals: readonly string[] }, UsageError> {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      {
        type: spec.value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: true,
        ...(spec.short === undefined ? {} : { short: spec.short }),
      },
    ]),
  );
  // Not strict: our own messages are better than those of node:util.
  const { tokens, positionals } = parseArgs({ args: [...line.argv], options, strict: false, tokens: true });
  const given: Given[] = [];
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined) return err(unknownFlag(specs, line.command, token.rawName));
    const mistake = badValue(token, spec);
    if (mistake !== undefined) return err(mistake);
    given.push({
      name: token.name,
      values: spec.value === undefined ? [] : [token.value ?? ''],
      calledAs: token.rawName,
    });
  }
  return ok({ given, positionals });
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function badValue(token: OptionToken, spec: FlagSpec): UsageError | undefined {
  const { name, rawName, value, inlineValue } = token;
  if (spec.value === undefined) {
    return inlineValue === true
      ? { message: `${rawName} takes no value`, hint: `write ${rawName} alone` }
      : undefined;
  }
  if (value === undefined || value === '') {
    return { message: `${rawName} needs a value`, hint: `write ${rawName} <${spec.value}>` };
  }
  if (inlineValue !== true && value.startsWith('-') && value !== '-') {
    return {
      message: `${rawName} needs a value, and "${value}" looks like a flag`,
      hint: `if it is meant as the value, write --${name}=${value}`,
    };
  }
  return undefined;
}

function unknownFlag(specs: Specs, command: CommandName, rawName: string): UsageError {
  const name = rawName.replace(/^--?/, '');
  if (laterFlags[command]?.includes(name) === true) {
    return {
      message: `${rawName} of pipeline ${command} comes with a later version`,
      hint: `pipeline ${command} --help lists the flags of this one`,
    };
  }
  const near = rawName.startsWith('--') ? nearest(name, Object.keys(specs)) : undefined;
  return {
    message: `pipeline ${command} has no flag ${rawName}`,
    hint: near === undefined ? `pipeline ${command} --help lists its flags` : `did you mean --${near}?`,
  };
}

const trueWords = new Set(['1', 'true', 'yes', 'on']);
const falseWords = new Set(['', '0', 'false', 'no', 'off']);

function fromEnvironment(specs: Specs, env: Environment): Result<readonly Given[], UsageError> {
  const given: Given[] = [];
  for (const [name, spec] of Object.entries(specs)) {
    const calledAs = twinName(name, spec);
    const text = calledAs === undefined ? undefined : env[calledAs];
    if (calledAs === undefined || text === undefined) continue;
    if (spec.value === undefined) {
      const word = text.toLowerCase();
      if (trueWords.has(word)) given.push({ name, values: [], calledAs });
      else if (!falseWords.has(word)) {
        return err({
          message: `${calledAs} is "${text}", which is neither yes nor no`,
          hint: 'set it to 1 or 0',
        });
      }
    } else {
      const values = spec.isRepeatable === true ? text.split(/\r?\n/) : [text];
      const filled = values.filter((value) => value !== '');
      if (filled.length > 0) given.push({ name, values: filled, calledAs });
    }
  }
  return ok(given);
}

function contradict(specs: Specs, one: Given, other: Given): boolean {
  return (
    specs[one.name]?.conflicts?.includes(other.name) === true ||
    specs[other.name]?.conflicts?.includes(one.name) === true
  );
}

function firstClash(specs: Specs, given: readonly Given[]): UsageError | undefined {
  for (const [index, one] of given.entries()) {
    const other = given.slice(0, index).find((before) => contradict(specs, one, before));
    if (other !== undefined) {
      return {
        message: `${other.calledAs} and ${one.calledAs} contradict each other`,
        hint: 'give one of them',
      };
    }
  }
  return undefined;
}

function badChoice(specs: Specs, flag: Given): UsageError | undefined {
  const choices = specs[flag.name]?.choices;
  const wrong = choices === undefined ? undefined : flag.values.find((value) => !choices.includes(value));
  if (choices === undefined || wrong === undefined) return undefined;
  if (specs[flag.name]?.laterChoices?.includes(wrong) === true) {
    return {
      message: `${flag.calledAs} ${wrong} comes with a later version`,
      hint: `this one has ${choices.join(', ')}`,
    };
  }
  const near = nearest(wrong, choices);
  const list = `it takes ${choices.join(', ')}`;
  return {
    message: `${flag.calledAs} cannot be "${wrong}"`,
    hint: near === undefined ? list : `did you mean "${near}"? ${list}`,
  };
}

function collect(specs: Specs, given: readonly Given[]): FlagValues {
  const switches = new Set<string>();
  const values = new Map<string, string>();
  const lists = new Map<string, readonly string[]>();
  for (const { name, values: own } of given) {
    const spec = specs[name];
    const last = own.at(-1);
    if (last === undefined) switches.add(name);
    else if (spec?.isRepeatable === true) lists.set(name, [...(lists.get(name) ?? []), ...own]);
    // Given twice: the last one counts, so that an alias in a shell can be overruled.
    else values.set(name, last);
  }
  return { switches, values, lists };
}
