/** What the operating system knows of the server's own process. */
import type { Metrics, Sample } from './metrics.ts';

export function processGauges(metrics: Metrics): void {
  const startedAt = Date.now() / 1000 - process.uptime();
  metrics.gauge('process_resident_memory_bytes', () => alone(process.memoryUsage.rss()));
  metrics.gauge('nodejs_heap_used_bytes', () => alone(process.memoryUsage().heapUsed));
  metrics.gauge('process_cpu_seconds_total', () => {
    const { user, system } = process.cpuUsage();
    return alone((user + system) / 1_000_000);
  });
  metrics.gauge('process_start_time_seconds', () => alone(Math.round(startedAt * 1000) / 1000));
}

const alone = (value: number): readonly Sample[] => [{ labels: {}, value }];
