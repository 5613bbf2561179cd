/** The parsed form of a scalar that holds `${{ }}`. Plain data; made by `parseTemplate`, read by `evaluateTemplate`. */
import type { JsonScalar } from '../json.ts';
import type { Range } from '../source.ts';

export interface Template {
  /** A template of exactly one expression and no text keeps the type of its value. */
  readonly parts: readonly (string | Expression)[];
}

export type Root = 'params' | 'env' | 'secrets' | 'matrix' | 'file' | 'job';
export type BinaryOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '&&' | '||' | 'in';
export type FunctionName = 'lower' | 'upper' | 'replace' | 'slug' | 'default' | 'join';

/** Ranges are absolute in the source text. */
export type Expression =
  | { readonly type: 'literal'; readonly value: JsonScalar; readonly range: Range }
  | { readonly type: 'list'; readonly items: readonly Expression[]; readonly range: Range }
  | { readonly type: 'reference'; readonly root: Root; readonly name: string; readonly range: Range }
  | { readonly type: 'not'; readonly operand: Expression; readonly range: Range }
  | {
      readonly type: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly range: Range;
    }
  | {
      readonly type: 'call';
      readonly name: FunctionName;
      readonly arguments: readonly Expression[];
      readonly range: Range;
    };

/** The values that expressions read. `file` is absent in tasks without input. */
export interface Scope {
  readonly params: Readonly<Record<string, JsonScalar>>;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly matrix: Readonly<Record<string, JsonScalar>>;
  readonly file?: FileScope;
  readonly job: { readonly id: string; readonly date: string };
}

export interface FileScope {
  readonly path: string;
  readonly dir: string;
  readonly name: string;
  readonly stem: string;
  readonly ext: string;
  readonly format: string;
  /** Bytes. */
  readonly size: number;
}
