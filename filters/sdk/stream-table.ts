import { StreamContext } from "./contexts";
import { createStream } from "./registry";

const streams = new Map<u32, StreamContext>();

/** Opens the context of a request. */
export function addStream(id: u32): void {
  streams.set(id, createStream(id));
}

export function streamOf(id: u32): StreamContext {
  return streams.get(id);
}

export function deleteStream(id: u32): void {
  streams.delete(id);
}
