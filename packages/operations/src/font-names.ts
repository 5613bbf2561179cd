/**
 * CloudConvert's font names and the open fonts that stand for them. The same fonts draw on every machine, whatever it
 * has installed: a pipeline's pictures look the same everywhere. It draws nothing.
 */

export interface Font {
  readonly family: 'Arimo' | 'Tinos' | 'Cousine';
  readonly isBold: boolean;
  readonly isItalic: boolean;
  /** To be said when the user asked for another font by name. */
  readonly note?: string;
}

/** These have the widths of what they stand for; the others only its character. */
const sameWidths: Readonly<Record<string, Font['family']>> = {
  Arial: 'Arimo',
  Helvetica: 'Arimo',
  'Times New Roman': 'Tinos',
  'Courier New': 'Cousine',
};
const alike: Readonly<Record<string, Font['family']>> = {
  'Andale Mono': 'Cousine',
  Georgia: 'Tinos',
  Impact: 'Arimo',
  'Trebuchet MS': 'Arimo',
  Verdana: 'Arimo',
};

const style = / (?:Narrow |Black|Bold|Italic|Oblique|BoldOblique)+(?: ?Italic| ?Bold)?$/u;

/** `fontOf('Times New Roman Bold Italic')` → Tinos, bold, italic; no name gives Arimo. */
export function fontOf(name: string | undefined): Font {
  if (name === undefined) return { family: 'Arimo', isBold: false, isItalic: false };
  const isNarrow = name.includes('Narrow');
  const base = name.replace(/ Narrow/u, '').replace(style, '');
  const family = isNarrow ? undefined : sameWidths[base];
  const substitute = family ?? sameWidths[base] ?? alike[base] ?? 'Arimo';
  const kind = family === undefined || name.includes('Black') ? 'is similar' : 'has the same widths';
  return {
    family: substitute,
    isBold: /Bold|Black|Impact/u.test(name),
    isItalic: /Italic|Oblique/u.test(name),
    note: `${name} is drawn with ${substitute}, which ${kind}`,
  };
}

/** As the text engine takes it: `Tinos Bold Italic 40`; the size is in pixels at 72 dpi. */
export function fontDescription(font: Font, size: number): string {
  const styles = [font.isBold ? 'Bold' : '', font.isItalic ? 'Italic' : ''].filter((word) => word !== '');
  return [font.family, ...styles, String(size)].join(' ');
}
