/**
 * Source → YAML tree, plain JSON and the places of its values. YAML 1.2 core schema, one document, unique keys, merge
 * keys, bounded aliases; the parser's warnings are errors. JSON is YAML and passes. It never prints and never throws,
 * and it knows nothing of pipelines.
 */
import { type Document, parseDocument, visit } from 'yaml';
import type { Diagnostic } from './diagnostic.ts';
import type { JsonValue } from './json.ts';
import { asNode, type Places, rangeOf, YamlPlaces } from './places.ts';
import type { Source } from './source.ts';
import { controlCharacter, fileTooLarge, otherYamlVersion, tooDeep } from './syntax-diagnostics.ts';
import { swallowedBackslash } from './traps.ts';
import { yamlMistakes, yamlWarnings } from './yaml-mistakes.ts';
import { yamlToJson } from './yaml-to-json.ts';

const mebibyte = 1024 * 1024;
const maximumMebibytes = 16;

export interface ParsedYaml {
  /** Absent when the text is so broken that nothing can be said about what it means. */
  readonly document?: { readonly value: JsonValue; readonly places: Places };
  /** With a document: values that are not what they look like; they are null in it. */
  readonly diagnostics: readonly Diagnostic[];
}

export function parseYaml(source: Source): ParsedYaml {
  const mebibytes = source.text.length / mebibyte;
  if (mebibytes > maximumMebibytes) return { diagnostics: [fileTooLarge({ start: 0, end: 0 }, mebibytes)] };
  const document = parse(source);
  if (document === undefined) return { diagnostics: [tooDeep({ start: 0, end: 0 }, 100)] };
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

function parse(source: Source): Document.Parsed | undefined {
  try {
    // Duplicate keys and merges are ours: the parser's own check compares each key with each other.
    return parseDocument(source.text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      uniqueKeys: false,
      prettyErrors: false,
      keepSourceTokens: false,
      logLevel: 'error',
    });
  } catch {
    // The parser calls itself for each level of nesting, and so may run out of stack.
    return undefined;
  }
}

function swallowedBackslashes(source: Source, document: Document.Parsed): readonly Diagnostic[] {
  // Most files have no such escape at all, and then no node needs to be looked at.
  if (!/"[^"\n]*\\[tnrbfvae0xuNLP_][^"\n]*"/.test(source.text)) return [];
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
