// What the camera raw samples show, as a sensor sees it behind its filters: above, the left half red and the right half
// blue; the lowest quarter green. The preview that cameras put beside it is grey, so that it cannot be taken for it.
import sharp from 'sharp';

/** Which of red, green and blue is lit: 0, 1, 2. */
export const litAt = (x, y, { columns, rows }) => {
  if (y >= rows * 0.75) return 1;
  return x < columns / 2 ? 0 : 2;
};

/** One number for each place, row by row: red and green in the even rows, green and blue in the odd ones. */
export function mosaic({ columns, rows, high }) {
  const low = high >> 6;
  return Array.from({ length: columns * rows }, (_, index) => {
    const x = index % columns;
    const y = Math.floor(index / columns);
    return litAt(x, y, { columns, rows }) === (x % 2) + (y % 2) ? high : low;
  });
}

/** A JPEG. */
export const preview = () =>
  sharp({ create: { width: 32, height: 24, channels: 3, background: '#808080' } })
    .jpeg()
    .toBuffer();
