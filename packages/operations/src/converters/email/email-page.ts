/**
 * A message that has been taken apart → one HTML page, or plain text: who wrote to whom, when and about what, the text
 * with the pictures that the message brings along, and the names of what is attached. Pure; it fetches nothing.
 */
import type { Address, Attachment, Email } from 'postal-mime';
import { formatOfBytes } from '../../files/magic.ts';
import { cleanHtml, escapeHtml } from './clean-html.ts';

export interface EmailPage {
  readonly text: string;
  /** Pictures that lie outside of the message. */
  readonly left: number;
}

export function emailHtml(message: Email): EmailPage {
  const pictures = new Map(message.attachments.flatMap(pictureEntries));
  const { html: body, left } =
    message.html === undefined
      ? { html: textHtml(message.text ?? ''), left: 0 }
      : cleanHtml(message.html, (id) => pictures.get(id));
  const attached = attachmentNames(message.attachments);
  const subject = escapeHtml(message.subject ?? '(no subject)');
  const lines = [
    '<!DOCTYPE html>',
    `<html><head><meta charset="utf-8"><title>${subject}</title>`,
    '<style>body { font-family: sans-serif; margin: 2em } img { max-width: 100% }</style></head><body>',
    `<h1>${subject}</h1>`,
    `<p>${headers(message)
      .map(([name, value]) => `<strong>${name}:</strong> ${escapeHtml(value)}`)
      .join('<br>\n')}</p>`,
    '<hr>',
    `<div>${body}</div>`,
    ...(attached.length === 0
      ? []
      : ['<hr>', '<p><strong>Attachments:</strong></p>', `<ul>${attached.map(listItem).join('')}</ul>`]),
    '</body></html>',
    '',
  ];
  return { text: lines.join('\n'), left };
}

export function emailText(message: Email): string {
  const attached = attachmentNames(message.attachments);
  const head = [...headers(message), ['Subject', message.subject ?? '(no subject)']];
  return [
    ...head.map(([name, value]) => `${name}: ${value}`),
    '',
    (message.text ?? cleanHtml(message.html ?? '', () => undefined).plain).trim(),
    ...(attached.length === 0 ? [] : ['', 'Attachments:', ...attached.map((name) => `- ${name}`)]),
    '',
  ].join('\n');
}

const listItem = (name: string): string => `<li>${escapeHtml(name)}</li>`;
const textHtml = (text: string): string =>
  text
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll('\n', '<br>\n')}</p>`)
    .join('\n');

type NamedValue = readonly [name: string, value: string];

/** As far as the message has them. */
function headers({ from, to, cc, headers: all }: Email): readonly NamedValue[] {
  // As it was written: with the sender's own time zone.
  const date = all.find(({ key }) => key === 'date')?.value;
  const found: (readonly [string, string | undefined])[] = [
    ['From', from === undefined ? undefined : shownAddress(from)],
    ['To', to?.map(shownAddress).join(', ')],
    ['Cc', cc?.map(shownAddress).join(', ')],
    ['Date', date],
  ];
  return found.flatMap(([name, value]): NamedValue[] =>
    value === undefined || value === '' ? [] : [[name, value]],
  );
}

function shownAddress(address: Address): string {
  if (address.group !== undefined) return `${address.name}: ${address.group.map(shownAddress).join(', ')}`;
  if (address.name === '') return address.address;
  return address.address === '' ? address.name : `${address.name} <${address.address}>`;
}

/** What the text shows already is no attachment. */
const attachmentNames = (attachments: readonly Attachment[]): readonly string[] =>
  attachments
    .filter(({ related, disposition }) => related !== true || disposition === 'attachment')
    .map(({ filename, mimeType, content }) => {
      const bytes = typeof content === 'string' ? content.length : content.byteLength;
      return `${filename ?? 'without a name'} (${mimeType}, ${shownSize(bytes)})`;
    });

const shownSize = (bytes: number): string =>
  bytes < 1024 ? `${bytes} bytes` : `${Math.ceil(bytes / 1024)} KiB`;

const shownPictures: ReadonlySet<string | undefined> = new Set(['png', 'jpg', 'gif', 'webp']);

/** Known by its bytes, whatever the message says of it. */
function pictureEntries({ contentId, content }: Attachment): readonly [string, string][] {
  if (contentId === undefined || typeof content === 'string') return [];
  const bytes = Buffer.from(content instanceof Uint8Array ? content : new Uint8Array(content));
  const format = formatOfBytes(bytes.subarray(0, 64));
  if (!shownPictures.has(format)) return [];
  const type = format === 'jpg' ? 'jpeg' : format;
  return [[contentId.replaceAll(/^<|>$/g, ''), `data:image/${type};base64,${bytes.toString('base64')}`]];
}
