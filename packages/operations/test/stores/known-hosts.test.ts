/** `known_hosts` as OpenSSH writes it: names, ports, patterns, hashes, markers; and what each verdict is. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fingerprintOf, hostKeyOf, judge, keysOf, knownHostName } from '../../src/stores/known-hosts.ts';
import { newFolder } from '../places/action.ts';
import { hasSshKeygen, someHostKey, sshKeygen } from './sftp-server.ts';

const key = someHostKey();
const [type = '', base64 = ''] = key.split(' ');
const shown = hostKeyOf(Buffer.from(base64, 'base64'));

const verdict = (text: string, host = 'sftp.example.com', port = 22) =>
  judge(keysOf(text, knownHostName(host, port)), shown);

test('the key that comes over the wire is that of the file', () => {
  expect(shown).toEqual({ type, key: base64 });
});

test.skipIf(!hasSshKeygen)('the fingerprint is the one that ssh-keygen shows', () => {
  const file = path.join(newFolder(), 'key.pub');
  writeFileSync(file, `${key}\n`);
  expect(execFileSync(sshKeygen, ['-lf', file], { encoding: 'utf8' })).toContain(fingerprintOf(shown));
});

test.each([
  [`sftp.example.com ${key} a comment`, 'known'],
  [`# sftp.example.com ${key}`, 'unknown'],
  [`other.example.com,sftp.example.com,10.0.0.1 ${key}`, 'known'],
  [`SFTP.Example.com ${key}`, 'known'],
  [`*.example.com ${key}`, 'known'],
  [`*.example.com,!sftp.example.com ${key}`, 'unknown'],
  [`sftp?example.com ${key}`, 'known'],
  [`sftp.example ${key}`, 'unknown'],
  [`[sftp.example.com]:2222 ${key}`, 'unknown'],
  [`sftp.example.com ${someHostKey()}`, 'changed'],
  [`sftp.example.com ${someHostKey()}\nsftp.example.com ${key}`, 'known'],
  ['sftp.example.com ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQC', 'changed'],
  [`@revoked * ${key}\nsftp.example.com ${key}`, 'revoked'],
  [`@cert-authority * ${key}`, 'unknown'],
  ['', 'unknown'],
])('%s', (text, expected) => {
  expect(verdict(text)).toBe(expected);
});

test('a port of its own', () => {
  expect(verdict(`[sftp.example.com]:2222 ${key}`, 'sftp.example.com', 2222)).toBe('known');
  expect(verdict(`sftp.example.com ${key}`, 'sftp.example.com', 2222)).toBe('unknown');
});

test.skipIf(!hasSshKeygen)('names hashed by ssh-keygen', () => {
  const file = path.join(newFolder(), 'known_hosts');
  writeFileSync(file, `sftp.example.com ${key}\n[10.0.0.1]:2222 ${key}\n`);
  execFileSync(sshKeygen, ['-q', '-H', '-f', file], { stdio: 'ignore' });
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain('example');
  expect(verdict(text)).toBe('known');
  expect(verdict(text, '10.0.0.1', 2222)).toBe('known');
  expect(verdict(text, 'other.example.com')).toBe('unknown');
});
