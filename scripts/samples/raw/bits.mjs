// Bits in a row, the highest of a byte first, and differences as cameras tell them: how many bits, then these.
import { bytes } from '../kit.mjs';

/** How many bits a difference takes without its sign. */
export const lengthOf = (difference) => 32 - Math.clz32(Math.abs(difference));

export function bitsOf() {
  let text = '';
  const values = () =>
    text
      .padEnd(Math.ceil(text.length / 8) * 8, '1')
      .match(/.{8}/g)
      .map((byte) => Number.parseInt(byte, 2));
  return {
    add: (value, length) => {
      if (length > 0) text += value.toString(2).padStart(length, '0');
    },
    /** Its bits behind their number; negative numbers have those of what is as far from the top. */
    addDifference(difference) {
      const length = lengthOf(difference);
      this.add(difference < 0 ? difference + (1 << length) - 1 : difference, length);
    },
    bytes: () => bytes(values()),
    /** With a zero behind each byte of ones, so that it is no marker. */
    marked: () => bytes(...values().map((value) => (value === 255 ? [255, 0] : [value]))),
  };
}
