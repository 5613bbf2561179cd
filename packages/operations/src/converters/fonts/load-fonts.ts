/**
 * Text in pictures on any machine: three open families with the widths of Arial, Times New Roman and Courier New come
 * with the package and are made known to the text engine of this process. System fonts stay known. Inside a host.
 */
import { createRequire } from 'node:module';
import sharp from 'sharp';

const faces = ['400Regular', '400Regular_Italic', '700Bold', '700Bold_Italic'] as const;
const families = ['Arimo', 'Tinos', 'Cousine'] as const;

let loaded: Promise<void> | undefined;

/** The first call takes some 50 ms, the others nothing. */
export function loadFonts(): Promise<void> {
  loaded ??= loadAll();
  return loaded;
}

async function loadAll(): Promise<void> {
  const { resolve } = createRequire(import.meta.url);
  for (const family of families) {
    for (const face of faces) {
      const file = `@expo-google-fonts/${family.toLowerCase()}/${face}/${family}_${face}.ttf`;
      // There is no call to add a font alone: drawing one letter with it does, for every later text and drawing too.
      await sharp({ text: { text: 'a', fontfile: resolve(file) } })
        .raw()
        .toBuffer();
    }
  }
}
