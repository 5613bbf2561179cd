/** Whether the live view can be drawn: on a terminal that moves its cursor, in front of a person who sees it. */
import type { ReporterOptions, ReportStream } from './reporter.ts';

export function canDrawLive(stream: ReportStream, env: ReporterOptions['env']): stream is NodeJS.WriteStream {
  return (
    stream.isTTY === true && env['TERM'] !== 'dumb' && !isScreenReader(env) && !isContinuousIntegration(env)
  );
}

/** A view that redraws itself is noise when it is read aloud. */
function isScreenReader(env: ReporterOptions['env']): boolean {
  return ['INK_SCREEN_READER', 'ACCESSIBLE'].some((name) => {
    const value = env[name] ?? '';
    return value !== '' && value !== '0' && value !== 'false';
  });
}

/** The rule that Ink itself follows: there it would draw nothing until the end. */
function isContinuousIntegration(env: ReporterOptions['env']): boolean {
  return ['CI', 'CONTINUOUS_INTEGRATION'].some((name) => {
    const value = env[name];
    return value !== undefined && value !== '0' && value !== 'false';
  });
}
