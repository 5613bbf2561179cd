/** Languages of OCR: ISO 639-2 has two codes for some, and tesseract knows one of them. Pure. */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject } from '@pipeline/schema';
import { listOption } from '../../read-options.ts';

/** Bibliographic codes, and codes of a family of scripts → what tesseract calls it. */
const tesseractNames: Readonly<Record<string, string>> = {
  alb: 'sqi',
  arm: 'hye',
  baq: 'eus',
  bur: 'mya',
  chi: 'chi_sim',
  cze: 'ces',
  dut: 'nld',
  fre: 'fra',
  geo: 'kat',
  ger: 'deu',
  gre: 'ell',
  ice: 'isl',
  mac: 'mkd',
  may: 'msa',
  per: 'fas',
  rum: 'ron',
  slo: 'slk',
  tib: 'bod',
  wel: 'cym',
  zho: 'chi_sim',
};

/** Each once, English where none is given. */
export function ocrLanguages(options: JsonObject): readonly string[] {
  const given = listOption(options, 'language').map((language) => tesseractNames[language] ?? language);
  return given.length === 0 ? ['eng'] : [...new Set(given)];
}

/** `listed`: what `tesseract --list-langs` prints. */
export function missingLanguage(languages: readonly string[], listed: string): Failure | undefined {
  const there = new Set(listed.split(/\s+/));
  const missing = languages.filter((language) => !there.has(language));
  if (missing.length === 0) return undefined;
  const packages = missing.map((language) => `tesseract-ocr-${language.replaceAll('_', '-').toLowerCase()}`);
  const names = missing.map((language) => `"${language}"`).join(' and ');
  return failure('converter-missing', `tesseract is installed, but not its data for the language ${names}`, {
    hint: `Install it: sudo apt-get install ${packages.join(' ')}.`,
  });
}
