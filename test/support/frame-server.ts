/**
 * A server that speaks HTTP/2 frame by frame, and so can break every rule.
 * @module
 */
import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import { listen } from "./upstream-client.ts";

export const DATA = 0;
export const HEADERS = 1;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
export const GOAWAY = 7;
export const WINDOW_UPDATE = 8;

export const END_STREAM = 1;
export const END_HEADERS = 4;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, stream: number, payload: Uint8Array | number[] = []): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, Buffer.from(payload)]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function goaway(lastStream: number, code = 0): Buffer {
  return frame(GOAWAY, 0, 0, Buffer.concat([uint32(lastStream), uint32(code)]));
}

export function reset(stream: number, code: number): Buffer {
  return frame(RST_STREAM, 0, stream, uint32(code));
}

/** A header block of literals without Huffman coding or indexing (RFC 7541 §6.2.2). */
export function headerBlock(fields: readonly [string, string][]): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of fields) {
    parts.push(Buffer.from([0, name.length]), Buffer.from(name, "latin1"));
    parts.push(Buffer.from([value.length]), Buffer.from(value, "latin1"));
  }
  return Buffer.concat(parts);
}

/** HEADERS with `:status: 200` and these fields. */
export function head200(stream: number, flags = 0, fields: readonly [string, string][] = []): Buffer {
  return frame(HEADERS, END_HEADERS | flags, stream, Buffer.concat([Buffer.from([0x88]), headerBlock(fields)]));
}

export type FrameHandler = (socket: Socket, frame: Frame, connection: number) => void;

const PREFACE_BYTES = 24;

/** Acknowledges SETTINGS and PING, leaves the rest to the handler. */
export class FrameServer {
  readonly port: number;
  readonly frames: Frame[] = [];
  readonly sockets: Set<Socket>;
  readonly #server: Server;

  private constructor(server: Server, port: number, frames: Frame[], sockets: Set<Socket>) {
    this.#server = server;
    this.port = port;
    this.frames = frames;
    this.sockets = sockets;
  }

  static async start(handler: FrameHandler, settings: Buffer = frame(SETTINGS, 0, 0)): Promise<FrameServer> {
    const frames: Frame[] = [];
    const sockets = new Set<Socket>();
    let connections = 0;
    const server = createServer((socket) => {
      const connection = ++connections;
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
      let held = Buffer.alloc(0);
      let hasPreface = false;
      socket.on("data", (chunk: Buffer) => {
        held = Buffer.concat([held, chunk]);
        if (!hasPreface) {
          if (held.length < PREFACE_BYTES) return;
          held = held.subarray(PREFACE_BYTES);
          hasPreface = true;
          socket.write(settings);
        }
        while (held.length >= 9) {
          const length = held.readUIntBE(0, 3);
          if (held.length < 9 + length) return;
          const received: Frame = {
            type: held[3] ?? 0,
            flags: held[4] ?? 0,
            stream: held.readUInt32BE(5),
            payload: Buffer.from(held.subarray(9, 9 + length)),
          };
          held = held.subarray(9 + length);
          frames.push(received);
          if (received.type === SETTINGS && (received.flags & 1) === 0) socket.write(frame(SETTINGS, 1, 0));
          handler(socket, received, connection);
        }
      });
    });
    return new FrameServer(server, await listen(server), frames, sockets);
  }

  /** Frames of one type on one stream, in the order they came. */
  on(stream: number, type?: number): Frame[] {
    return this.frames.filter((one) => one.stream === stream && (type === undefined || one.type === type));
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }
}
