/**
 * Numbers about the server in Prometheus' text format: counters and histograms that its parts add to, and gauges that
 * are asked when somebody looks. It knows no HTTP and no job.
 */
export type Labels = Readonly<Record<string, string>>;

export interface Metrics {
  /** Adds to a counter; 1 unless said otherwise. */
  readonly count: (name: CounterName, labels?: Labels, amount?: number) => void;
  /** Seconds that something took. */
  readonly observe: (name: HistogramName, labels: Labels, seconds: number) => void;
  /** The same for who counts often: the labels are looked at once. */
  readonly counter: (name: CounterName, labels: Labels) => (amount: number) => void;
  readonly histogram: (name: HistogramName, labels: Labels) => (seconds: number) => void;
  /** What a gauge shows whenever somebody looks. */
  readonly gauge: (name: GaugeName, read: () => readonly Sample[]) => void;
  /** The whole page. */
  readonly text: () => string;
}

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** The closed list, with what each counts. */
const counters = {
  pipeline_http_requests_total: 'HTTP requests, by method, route and status.',
  pipeline_http_received_bytes_total: 'Bytes of request bodies, by route.',
  pipeline_http_sent_bytes_total: 'Bytes of response bodies, by route.',
  pipeline_jobs_total: 'Jobs by what happened to them: created, finished, failed.',
  pipeline_tasks_total: 'Tasks by operation and what happened to them: created, finished, failed.',
  pipeline_webhook_deliveries_total:
    'Attempts to deliver a webhook, by outcome: delivered, failed, given-up.',
} as const;

const gauges = {
  pipeline_jobs: 'Jobs that are kept, by status.',
  pipeline_tasks: 'Tasks that are kept, by status.',
  pipeline_runs: 'Jobs and lone tasks that are worked on, and that wait for a turn.',
  pipeline_actions_running: 'Actions at work.',
  pipeline_actions_limit: 'Actions that may be at work at once.',
  pipeline_webhooks_waiting: 'Webhooks that wait to be delivered.',
  pipeline_sockets: 'Clients connected by socket.io.',
  process_resident_memory_bytes: 'Memory of the server process; converters have their own.',
  nodejs_heap_used_bytes: 'JavaScript heap in use.',
  process_cpu_seconds_total: 'CPU time of the server process.',
  process_start_time_seconds: 'When the server started, seconds since the epoch.',
} as const;

const histograms = {
  pipeline_http_request_duration_seconds:
    'Time from the request to the end of its answer, by method and route.',
} as const;

export type CounterName = keyof typeof counters;
export type GaugeName = keyof typeof gauges;
export type HistogramName = keyof typeof histograms;

/** Seconds. The last one waits for a job on purpose. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

interface Counter {
  value: number;
}

interface Histogram {
  /** As many as there are buckets. */
  readonly counts: number[];
  sum: number;
  count: number;
}

export function createMetrics(): Metrics {
  const counted = new Map<CounterName, Map<string, Counter>>();
  const observed = new Map<HistogramName, Map<string, Histogram>>();
  const read = new Map<GaugeName, () => readonly Sample[]>();
  const counter: Metrics['counter'] = (name, labels) => {
    const one = memberOf(seriesOf(counted, name), labelText(labels), () => ({ value: 0 }));
    return (amount) => {
      one.value += amount;
    };
  };
  const histogram: Metrics['histogram'] = (name, labels) => {
    const one = memberOf(seriesOf(observed, name), labelText(labels), emptyHistogram);
    return (seconds) => {
      const bucket = buckets.findIndex((limit) => seconds <= limit);
      if (bucket !== -1) one.counts[bucket] = (one.counts[bucket] ?? 0) + 1;
      one.sum += seconds;
      one.count += 1;
    };
  };
  return {
    counter,
    histogram,
    count: (name, labels = {}, amount = 1) => counter(name, labels)(amount),
    observe: (name, labels, seconds) => histogram(name, labels)(seconds),
    gauge: (name, asked) => void read.set(name, asked),
    text: () =>
      [
        ...[...counted].flatMap(([name, series]) => [
          ...head(name, counters[name], 'counter'),
          ...[...series].map(([labels, { value }]) => line(name, labels, value)),
        ]),
        ...[...read].flatMap(([name, asked]) => [
          ...head(name, gauges[name], name.endsWith('_total') ? 'counter' : 'gauge'),
          ...asked().map(({ labels, value }) => line(name, labelText(labels), value)),
        ]),
        ...[...observed].flatMap(([name, series]) => [
          ...head(name, histograms[name], 'histogram'),
          ...[...series].flatMap(([labels, histogram]) => histogramLines(name, labels, histogram)),
        ]),
        '',
      ].join('\n'),
  };
}

const emptyHistogram = (): Histogram => ({ counts: buckets.map(() => 0), sum: 0, count: 0 });

function seriesOf<Name, Value>(all: Map<Name, Map<string, Value>>, name: Name): Map<string, Value> {
  return memberOf(all, name, () => new Map<string, Value>());
}

/** What is there, or is made now. */
export function memberOf<Key, Value>(all: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = all.get(key);
  if (known !== undefined) return known;
  const made = make();
  all.set(key, made);
  return made;
}

const head = (name: string, help: string, type: string): readonly string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
];

const line = (name: string, labels: string, value: number): string =>
  `${name}${labels === '' ? '' : `{${labels}}`} ${value}`;

/** Buckets count all that is below their limit, not only what the one before left over. */
function histogramLines(name: string, labels: string, { counts, sum, count }: Histogram): readonly string[] {
  let below = 0;
  const withLimit = (limit: string): string => [labels, `le="${limit}"`].filter(Boolean).join(',');
  return [
    ...buckets.map((limit, index) => {
      below += counts[index] ?? 0;
      return line(`${name}_bucket`, withLimit(String(limit)), below);
    }),
    line(`${name}_bucket`, withLimit('+Inf'), count),
    line(`${name}_sum`, labels, sum),
    line(`${name}_count`, labels, count),
  ];
}

function labelText(labels: Labels): string {
  let text = '';
  for (const name of Object.keys(labels)) {
    text += `${text === '' ? '' : ','}${name}="${escaped(labels[name] ?? '')}"`;
  }
  return text;
}

const escaped = (value: string): string =>
  !/["\\\n]/.test(value)
    ? value
    : value
        .replaceAll('\\', String.raw`\\`)
        .replaceAll('"', String.raw`\"`)
        .replaceAll('\n', String.raw`\n`);
