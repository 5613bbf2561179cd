/**
 * Source → YAML tree, plain JSON and the places of its values. YAML 1.2 core schema, one document, unique keys, merge
 * keys, bounded aliases; the parser's warnings are errors. JSON is YAML and passes. It never prints and never throws,
 * and it knows nothing of pipelines.
 */
import { Composer, type Document, Parser, visit, YAMLParseError } from 'yaml';
import type { Diagnostic } from './diagnostic.ts';
import { deeperThan } from './token-depth.ts';
import type { JsonValue } from './json.ts';
import { asNode, type Places, rangeOf, YamlPlaces } from './places.ts';
import type { Source } from './source.ts';
import { controlCharacter, fileTooLarge, otherYamlVersion, tooDeep } from './syntax-diagnostics.ts';
import { swallowedBackslash } from './traps.ts';
import { yamlMistakes, yamlWarnings } from './yaml-mistakes.ts';
import { yamlToJson } from './yaml-to-json.ts';

const mebibyte = 1024 * 1024;
const maximumMebibytes = 16;
const maximumDepth = 100;

const options = {
  version: '1.2',
  schema: 'core',
  // Duplicate keys and merges are ours: the parser's own check compares each key with each other.
  merge: false,
  uniqueKeys: false,
  prettyErrors: false,
  keepSourceTokens: false,
} as const;

export interface ParsedYaml {
  /** Absent when the text is so broken that nothing can be said about what it means. */
  readonly document?: { readonly value: JsonValue; readonly places: Places };
  /** With a document: values that are not what they look like; they are null in it. */
  readonly diagnostics: readonly Diagnostic[];
}

export function parseYaml(source: Source): ParsedYaml {
  const mebibytes = source.text.length / mebibyte;
  if (mebibytes > maximumMebibytes) return { diagnostics: [fileTooLarge({ start: 0, end: 0 }, mebibytes)] };
  const { document, tooDeepAt } = parse(source);
  if (document === undefined) {
    return { diagnostics: [tooDeep({ start: tooDeepAt, end: tooDeepAt + 1 }, maximumDepth)] };
  }
  const mistakes = yamlMistakes({ source, document });
  if (mistakes.length > 0) return { diagnostics: mistakes };
  const version = document.directives.yaml;
  if (version.explicit === true && version.version !== '1.2') {
    const start = Math.max(0, source.text.indexOf('%YAML'));
    return { diagnostics: [otherYamlVersion({ start, end: start + 9 }, version.version)] };
  }
  const { value, aliases, diagnostics } = yamlToJson(document.contents, source);
  return {
    document: { value, places: new YamlPlaces(source, document.contents, aliases) },
    diagnostics: [
      ...yamlWarnings({ source, document }),
      ...diagnostics,
      ...swallowedBackslashes(source, document),
    ],
  };
}

interface Parsed {
  /** Absent when it is nested too deeply. */
  readonly document?: Document.Parsed;
  readonly tooDeepAt: number;
}

function parse({ text }: Source): Parsed {
  const tokens = [...new Parser().parse(text)];
  // Composing calls itself for each level: without a bound, a line of brackets would exhaust the stack.
  const tooDeepAt = deeperThan(maximumDepth, tokens);
  if (tooDeepAt !== undefined) return { tooDeepAt };
  const [document, second] = new Composer(options).compose(tokens, true, text.length);
  if (document !== undefined && second !== undefined) {
    document.errors.push(new YAMLParseError([second.range[0], second.range[1]], 'MULTIPLE_DOCS', ''));
  }
  return document === undefined ? { tooDeepAt: 0 } : { document, tooDeepAt: 0 };
}

function swallowedBackslashes(source: Source, document: Document.Parsed): readonly Diagnostic[] {
  // Most files have no backslash at all, and then no node needs to be looked at.
  if (!source.text.includes('\\')) return [];
  const found: Diagnostic[] = [];
  visit(document, {
    Scalar(_key, node) {
      const range = rangeOf(asNode(node));
      const trap = swallowedBackslash(source.text.slice(range.start, range.end));
      if (trap !== undefined) found.push(controlCharacter(range, trap));
    },
  });
  return found;
}
