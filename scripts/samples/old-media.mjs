// Sound and video that no free encoder writes, in the few words that their decoders know.
import { bytes, text } from './kit.mjs';

/** A header of two blocks, then blocks of 512 bytes: six of their own, and G.723.1 (LP mode) right through them. */
export function dss(speech) {
  const head = Buffer.alloc(1024);
  head.write('\x02dss', 'latin1');
  head.write('Pipeline', 0x0c, 'latin1');
  head.write('231114221320', 0x26, 'latin1');
  head.write('231114221321', 0x32, 'latin1');
  head[0x2a4] = 2;
  head.write(text, 0x31e, 'latin1');
  const inBlock = 506;
  const blocks = Array.from({ length: Math.ceil(speech.length / inBlock) }, (_, index) => {
    const part = speech.subarray(index * inBlock, (index + 1) * inBlock);
    return bytes(Buffer.alloc(6), part, Buffer.alloc(inBlock - part.length, 0xff));
  });
  return bytes(head, ...blocks);
}

const bits = (value, count) => value.toString(2).padStart(count, '0');
/** Exp-Golomb codes, of order 0 and of any order. */
const ue = (value) => bits(value + 1, 2 * (value + 1).toString(2).length - 1);
const golomb = (value, order) =>
  ue(value >> order) + (order > 0 ? bits(value & ((1 << order) - 1), order) : '');

function startCode(code, content = '') {
  const padded = content.padEnd(Math.ceil(content.length / 8) * 8, '0');
  return bytes(
    [0, 0, 1, code],
    Buffer.from((padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))),
  );
}

/** A block whose pixels all change by four times the level: one coefficient by escape, and the end of the block. */
const luma = (level) => golomb(level < 0 ? 59 : 60, 2) + golomb(Math.abs(level) - 4, 1) + '100';
const chroma = (level) => golomb(level < 0 ? 59 : 60, 2) + golomb(Math.abs(level) - 5, 0) + '1';
/** Which blocks have coefficients: none; the first and both of colour; the two at the left and both of colour. */
const coded = { none: ue(4), first: ue(53), left: ue(30) };

/** One second of 64×48, the left half red, the right half blue: intra pictures of four by three macroblocks. */
export function cavs() {
  // Predicted from grey, then from the left, then from above: colours are written where they change.
  const fromLeft = `001001 11 ${ue(1)}`.replaceAll(' ', '');
  const red = `1111${ue(0)}${coded.first}${luma(-12)}${chroma(-10)}${chroma(28)}`;
  const blue = `${fromLeft}${coded.left}${luma(-10)}${luma(-10)}${chroma(38)}${chroma(-32)}`;
  const top = `${red}${fromLeft}${coded.none}${blue}${fromLeft}${coded.none}`;
  const fromAbove = ue(2) + coded.none;
  const row = `00010001${fromAbove}${`1111${fromAbove}`.repeat(3)}`;
  const sequence = `${bits(0x20, 8)}${bits(0x10, 8)}1${bits(64, 14)}${bits(48, 14)}0100100010011${bits(1000, 18)}1${bits(0, 12)}0000`;
  const picture = (number) =>
    bytes(
      startCode(0xb3, `${bits(0xffff, 16)}0${bits(number, 8)}1001${bits(40, 6)}000011`),
      startCode(0, `${top}${row}${row}1`),
    );
  const pictures = Array.from({ length: 25 }, (_, number) => picture(number));
  return bytes(startCode(0xb0, sequence), ...pictures, startCode(0xb1));
}
