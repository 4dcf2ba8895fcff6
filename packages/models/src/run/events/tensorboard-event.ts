import { PbfWriter } from 'pbf';

/** A TensorBoard event: fields of tensorflow/core/util/event.proto. */
export interface TensorboardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  /** Only in the first event of a file. */
  readonly fileVersion?: 'brain.Event:2';
  /** The start of a resumed run: TensorBoard drops this step and later ones of earlier files. */
  readonly restartsAt?: number;
  readonly scalars?: Readonly<Record<string, number>>;
}

const SESSION_START = 1;

/** As a protobuf message `Event`. */
export function encodeEvent(event: TensorboardEvent): Uint8Array {
  const pbf = new PbfWriter();
  const step = event.restartsAt ?? event.step;
  pbf.writeDoubleField(1, event.wallTime);
  if (step !== undefined) pbf.writeVarintField(2, step);
  if (event.fileVersion) pbf.writeStringField(3, event.fileVersion);
  if (event.scalars) pbf.writeMessage(5, writeSummary, event.scalars);
  if (event.restartsAt !== undefined) {
    pbf.writeMessage(7, writeSession, SESSION_START);
  }
  return pbf.finish();
}

/** `SessionLog`: status = 1. */
function writeSession(status: number, pbf: PbfWriter): void {
  pbf.writeVarintField(1, status);
}

/** `Summary`: repeated Value value = 1, with tag = 1 and simple_value = 2. */
function writeSummary(scalars: Readonly<Record<string, number>>, pbf: PbfWriter): void {
  for (const scalar of Object.entries(scalars)) pbf.writeMessage(1, writeValue, scalar);
}

function writeValue([tag, value]: readonly [string, number], pbf: PbfWriter): void {
  pbf.writeStringField(1, tag);
  pbf.writeFloatField(2, value);
}
