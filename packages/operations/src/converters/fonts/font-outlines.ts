/** The letters of a font as one SVG drawing: alphabet and digits, or what else it has. Outlines only, no text. Pure. */
import { Font } from 'fonteditor-core';
import type { TTF } from 'fonteditor-core';

const rows: readonly string[] = [
  'ABCDEFGHIJKLM',
  'NOPQRSTUVWXYZ',
  'abcdefghijklm',
  'nopqrstuvwxyz',
  '0123456789&?!',
];
/** Of a font without Latin letters. */
const rowLength = 8;
const rowCount = 5;

/** `ttf`: a TrueType font. */
export function specimenSvg(ttf: Buffer): string {
  const { glyf, head } = Font.create(ttf, { type: 'ttf', compound2simple: true }).get();
  const lines = linesOf(glyf);
  const em = head.unitsPerEm ?? 1000;
  const lineHeight = em * 1.3;
  const widths = lines.map((line) => line.reduce((sum, glyph) => sum + glyph.advanceWidth, 0));
  const margin = em * 0.5;
  const width = Math.max(em, ...widths) + 2 * margin;
  const height = Math.max(1, lines.length) * lineHeight + 2 * margin;
  const paths = lines.flatMap((line, row) => {
    let x = (width - (widths[row] ?? 0)) / 2;
    const baseline = margin + (row + 0.95) * lineHeight;
    return line.map((glyph) => {
      const place = `translate(${round(x)} ${round(baseline)}) scale(1 -1)`;
      x += glyph.advanceWidth;
      return `<path transform="${place}" d="${glyph.contours.map((contour) => outline(contour)).join('')}"/>`;
    });
  });
  const scale = 1200 / Math.max(width, height);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width * scale)}" height="${round(height * scale)}"`,
    ` viewBox="0 0 ${round(width)} ${round(height)}"><rect width="100%" height="100%" fill="#fff"/>`,
    ...paths,
    '</svg>',
  ].join('');
}

function linesOf(glyphs: readonly TTF.Glyph[]): readonly (readonly TTF.Glyph[])[] {
  const byCode = new Map(
    glyphs.flatMap((glyph) => (glyph.unicode ?? []).map((code) => [code, glyph] as const)),
  );
  const latin = rows.map((row) =>
    Array.from(row, (letter) => byCode.get(letter.codePointAt(0) ?? 0)).filter(
      (glyph) => glyph !== undefined,
    ),
  );
  if (latin.flat().length >= 20) return latin.filter((line) => line.length > 0);
  const visible = [...byCode.values()].filter(({ contours }) => (contours?.length ?? 0) > 0);
  return Array.from({ length: rowCount }, (_, row) =>
    visible.slice(row * rowLength, (row + 1) * rowLength),
  ).filter((line) => line.length > 0);
}

/** Quadratic curves; between two control points in a row lies a point on the curve, half way. */
function outline(contour: TTF.Contour): string {
  const start = contour.findIndex(({ onCurve }) => onCurve);
  const points = start < 0 ? contour : [...contour.slice(start), ...contour.slice(0, start)];
  const [first] = points;
  if (first === undefined) return '';
  const origin = first.onCurve ? first : middle(first, points.at(-1) ?? first);
  const parts = [`M${at(origin)}`];
  const rest = first.onCurve ? points.slice(1) : points;
  for (const [index, point] of rest.entries()) {
    if (point.onCurve) {
      if (index === 0 || rest[index - 1]?.onCurve === true) parts.push(`L${at(point)}`);
      continue;
    }
    const next = rest[index + 1] ?? { ...origin, onCurve: true };
    parts.push(`Q${at(point)} ${at(next.onCurve ? next : middle(point, next))}`);
  }
  return `${parts.join('')}Z`;
}

type Place = Pick<TTF.Point, 'x' | 'y'>;

const middle = (left: Place, right: Place): Place => ({
  x: (left.x + right.x) / 2,
  y: (left.y + right.y) / 2,
});
const at = ({ x, y }: Place): string => `${round(x)} ${round(y)}`;
const round = (value: number): number => Math.round(value * 100) / 100;
