/** Puts an Office document under a password, as Office 2010 and later do (ECMA-376 agile encryption). */
import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { CFB } from '@e965/xlsx';

const sha = (...parts: Uint8Array[]): Buffer => createHash('sha512').update(Buffer.concat(parts)).digest();
const le32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

function seal(key: Buffer, iv: Buffer, plain: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, iv.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([plain, Buffer.alloc((16 - (plain.length % 16)) % 16)]);
  return Buffer.concat([cipher.update(padded), cipher.final()]);
}

const b64 = (bytes: Buffer): string => bytes.toString('base64');
const spins = 1000;

export function lockOffice(document: Buffer, password: string): Buffer {
  const [dataSalt, salt, secret, verifier, macKey] = [16, 16, 32, 16, 64].map((size) => randomBytes(size));
  if (!dataSalt || !salt || !secret || !verifier || !macKey) throw new Error('no random bytes');
  let hash = sha(salt, Buffer.from(password, 'utf16le'));
  for (let spin = 0; spin < spins; spin += 1) hash = sha(le32(spin), hash);
  const keyFor = (block: string): Buffer => sha(hash, hex(block)).subarray(0, 32);
  const segments = Array.from({ length: Math.ceil(document.length / 4096) }, (_, index) =>
    seal(secret, sha(dataSalt, le32(index)), document.subarray(index * 4096, (index + 1) * 4096)),
  );
  const body = Buffer.concat([le32(document.length), le32(0), ...segments]);
  const mac = createHmac('sha512', macKey).update(body).digest();
  const cipher =
    'blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512"';
  const xml = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password"><keyData saltSize="16" ${cipher} saltValue="${b64(dataSalt)}"/><dataIntegrity encryptedHmacKey="${b64(seal(secret, sha(dataSalt, hex('5fb2ad010cb9e1f6')), macKey))}" encryptedHmacValue="${b64(seal(secret, sha(dataSalt, hex('a0677f02b22c8433')), mac))}"/><keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password"><p:encryptedKey spinCount="${spins}" saltSize="16" ${cipher} saltValue="${b64(salt)}" encryptedVerifierHashInput="${b64(seal(keyFor('fea7d2763b4b9e79'), salt, verifier))}" encryptedVerifierHashValue="${b64(seal(keyFor('d7aa0f6d3061344e'), salt, sha(verifier)))}" encryptedKeyValue="${b64(seal(keyFor('146e0be7abacd0d6'), salt, secret))}"/></keyEncryptor></keyEncryptors></encryption>`;
  const container = CFB.utils.cfb_new();
  CFB.utils.cfb_add(container, 'EncryptionInfo', Buffer.concat([hex('0400040040000000'), Buffer.from(xml)]));
  CFB.utils.cfb_add(container, 'EncryptedPackage', body);
  const written: unknown = CFB.write(container, { type: 'buffer' });
  if (!(written instanceof Uint8Array)) throw new Error('no bytes');
  return Buffer.from(written);
}
