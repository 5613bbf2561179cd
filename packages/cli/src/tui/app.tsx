/**
 * The live view as Ink draws it: permanent lines above, then tasks, running actions, the selected task, totals and keys.
 * It is given a whole frame and calls back with keys; it keeps no state and knows neither events nor time.
 */
import { Box, Static, Text, useInput } from 'ink';
import type { ReactElement } from 'react';
import { printable } from '../reporters/printable.ts';
import { formatCount, plural } from '../reporters/quantity.ts';
import { truncate, widthOf } from '../reporters/text-width.ts';
import type { Frame, FrameRows } from './frame.ts';
import { frameRows } from './frame.ts';
import { liveSeconds } from './live-time.ts';
import { Row } from './row.tsx';
import { RunningRow } from './running-row.tsx';
import { TaskDetail } from './task-detail.tsx';
import { TaskRow } from './task-row.tsx';
import { TotalsRow } from './totals-row.tsx';

export type ViewKey = 'quit' | 'plain' | 'up' | 'down' | 'deselect';

export interface AppProps {
  /** Absent: nothing below the permanent lines. */
  readonly frame: Frame | undefined;
  /** Ink does not change it, though its type would allow it to. */
  readonly permanent: PermanentLine[];
  readonly hasKeys: boolean;
  readonly onKey: (key: ViewKey) => void;
}

/** A line that was said for good. */
export interface PermanentLine {
  readonly id: number;
  readonly text: string;
}

export function App({ frame, permanent, hasKeys, onKey }: AppProps): ReactElement {
  useInput(
    (input, key) => {
      if (input === 'q' || (key.ctrl && input === 'c')) onKey('quit');
      else if (input === 's') onKey('plain');
      else if (key.upArrow || input === 'k') onKey('up');
      else if (key.downArrow || input === 'j') onKey('down');
      else if (key.escape) onKey('deselect');
    },
    { isActive: hasKeys },
  );
  return (
    <>
      <Static items={permanent}>{({ id, text }) => <Text key={id}>{text}</Text>}</Static>
      {frame === undefined ? null : <Picture frame={frame} />}
    </>
  );
}

function Picture({ frame }: { readonly frame: Frame }): ReactElement {
  const { progress, elapsedMs, leftMs, columns, style } = frame;
  const rows = frameRows(frame);
  const { selected } = rows;
  return (
    <Box flexDirection="column">
      <Tasks frame={frame} rows={rows} />
      <Running frame={frame} rows={rows} />
      {selected === undefined ? null : (
        <TaskDetail task={selected} columns={columns} rows={rows.detailRows} style={style} />
      )}
      <TotalsRow progress={progress} elapsedMs={elapsedMs} leftMs={leftMs} columns={columns} style={style} />
      {rows.hasKeysRow ? <KeysRow frame={frame} /> : null}
    </Box>
  );
}

function Tasks({ frame, rows }: { readonly frame: Frame; readonly rows: FrameRows }): ReactElement {
  const { columns, style, selected } = frame;
  const widest = Math.max(0, ...rows.tasks.map((task) => widthOf(printable(task.label))));
  const labelWidth = Math.min(widest, Math.max(8, Math.floor(columns * 0.3)));
  return (
    <>
      {rows.tasks.map((task) => (
        <TaskRow
          key={task.task}
          task={task}
          columns={columns}
          labelWidth={labelWidth}
          isSelected={task.task === selected}
          style={style}
        />
      ))}
      {rows.hidden.tasks > 0 ? (
        <Row columns={columns} text={style.dim(`  +${plural(rows.hidden.tasks, 'more task')}`)} />
      ) : null}
    </>
  );
}

function Running({ frame, rows }: { readonly frame: Frame; readonly rows: FrameRows }): ReactElement {
  const { columns, style, elapsedMs, spinner } = frame;
  return (
    <>
      {rows.running.map((action) => (
        <RunningRow
          key={action.action}
          action={action}
          columns={columns}
          time={liveSeconds(elapsedMs - action.startedMs)}
          retryTime={action.retry === undefined ? undefined : liveSeconds(action.retry.atMs - elapsedMs)}
          // The others need not be drawn again when it turns.
          spinner={action.percent === null ? spinner : 0}
          style={style}
        />
      ))}
      {rows.hidden.running > 0 ? (
        <Row columns={columns} text={style.dim(`  +${formatCount(rows.hidden.running)} more running`)} />
      ) : null}
    </>
  );
}

function KeysRow({ frame }: { readonly frame: Frame }): ReactElement {
  const { style, columns, isStopping } = frame;
  const arrows = style.signs.arrow === '→' ? '↑↓' : 'up/down';
  const text = isStopping
    ? 'stopping what runs; q again ends it at once'
    : `q quit   s plain lines   ${arrows} look into a task`;
  const cut = truncate(text, columns, style.signs.ellipsis);
  return <Row columns={columns} text={isStopping ? style.yellow(cut) : style.dim(cut)} />;
}
