/** What can go wrong with a list of files, in every store. Pure. */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';

/** More than this is hardly meant. */
export const maxFiles = 100_000;

export const noList = (address: string): Failure =>
  failure('network', `the answer to a list of ${address} is none`, {
    hint: 'check that the address is that of a store',
    isTransient: false,
  });

export const tooMany = (address: string): Failure =>
  failure('too-large', `more than ${maxFiles.toLocaleString('en')} files are there below ${address}`, {
    hint: 'use a longer prefix',
  });
