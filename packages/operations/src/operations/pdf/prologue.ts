/** PostScript that marks a document: colour profile and entries of the document information. Pure. */

/** Defines the object `{icc}`: a profile that Ghostscript brings along, wherever it keeps them. */
export function iccObject({
  profile,
  channels,
}: {
  readonly profile: string;
  readonly channels: number;
}): string {
  return `[/_objdef {icc} /type /stream /OBJ pdfmark
[{icc} << /N ${channels} >> /PUT pdfmark
[{icc} currentuserparams /ICCProfilesDir get (${profile}) concatstrings (r) file /PUT pdfmark`;
}

/** Entries of the document information. A title in other than Latin letters is left to Ghostscript. */
export function docInfo({ title, more }: { readonly title: string; readonly more: string }): string {
  const isLatin = /^[\x20-\x7e\xa1-\xff]*$/.test(title);
  return `[ ${isLatin ? `/Title ${psString(title)} ` : ''}${more}/DOCINFO pdfmark`;
}

/** In hexadecimal: no character of a title can end the string. */
const psString = (text: string): string => `<${Buffer.from(text, 'latin1').toString('hex')}>`;
