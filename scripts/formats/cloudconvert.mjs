// CloudConvert's formats and pairs, by the names that it uses: aliases are formats of their own there.
import { schema } from './library.mjs';

const { canonicalFormat, cloudConvertTargets, formatNames } = schema;

/** Formats of its `GET /v2/operations` (2026) that its format pages (2021) do not have. */
const later = 'dss dwf eml heif hwpx odg ogv opus psb pub tga vtt'.split(' ');

const inputs = formatNames().filter((name) => cloudConvertTargets(name).length > 0);

/** 213 names. */
const cloudConvertFormats = [
  ...new Set([...inputs, ...inputs.flatMap(cloudConvertTargets), ...later]),
].sort();

/** 2,079 pairs, by its names and by ours. */
const cloudConvertPairs = inputs.flatMap((from) =>
  cloudConvertTargets(from).map((to) => ({ from, to, ours: [canonicalFormat(from), canonicalFormat(to)] })),
);

const asked = new Set(cloudConvertPairs.map(({ ours }) => ours.join(' ')));

export const isCloudConvertPair = (from, to) => asked.has(`${from} ${to}`);

/**
 * How many of its pairs work, given our pairs that do (`from to`). A pair of a format with itself counts, as it does in
 * its table, when the format is read or written at all.
 */
export function countCloudConvert(working) {
  const known = new Set([...working].flatMap((pair) => pair.split(' ')));
  const works = ({ ours: [from, to] }) => (from === to ? known.has(from) : working.has(`${from} ${to}`));
  const good = cloudConvertPairs.filter(works);
  const formats = cloudConvertFormats.filter((name) => known.has(canonicalFormat(name)));
  return {
    pairs: good.length,
    formats: formats.length,
    missingPairs: cloudConvertPairs.filter((pair) => !works(pair)),
    missingFormats: cloudConvertFormats.filter((name) => !known.has(canonicalFormat(name))),
  };
}
