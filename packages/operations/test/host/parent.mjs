/** Stands for Pipeline: starts a host that spins for ever, tells its pid, and waits to be killed. */
import { HostPool } from '../../dist/host/host-pool.js';

const pool = new HostPool({ maxHosts: 1, entry: process.argv[2] });
const signal = new AbortController().signal;
const { value } = await pool.run({ host: 'sharp', job: { do: 'echo' }, signal });
await pool.run({ host: 'sharp', job: { do: 'spin' }, signal, progress: () => process.send(value.pid) });
