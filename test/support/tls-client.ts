import { connect as connectHttp2, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import { connect as connectTls } from "node:tls";

export interface TextResponse {
  readonly status: number;
  /** Names in lower case; a repeated field has its last value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends raw HTTP/1.1 text over TLS and gives all that comes back until the server closes, or for `waitMs`. */
export async function exchangeHttp1(port: number, text: string, waitMs = 5000): Promise<string> {
  const socket = connectTls({
    port,
    host: "127.0.0.1",
    servername: "localhost",
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: false,
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  let received = "";
  socket.on("secureConnect", () => socket.write(text, "latin1"));
  socket.on("data", (chunk: Buffer) => (received += chunk.toString("latin1")));
  socket.on("close", () => resolve());
  socket.on("error", () => resolve());
  await Promise.race([promise, Bun.sleep(waitMs)]);
  socket.destroy();
  return received;
}

/** One HTTP/1.1 request on a connection of its own. */
export async function requestHttp1(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<TextResponse> {
  const { method = "GET", headers = {}, body = "" } = options;
  const fields: Record<string, string> = { host: "localhost", connection: "close", ...headers };
  if (body !== "") fields["content-length"] = `${Buffer.byteLength(body)}`;
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return parseResponse(await exchangeHttp1(port, `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`));
}

function parseResponse(text: string): TextResponse {
  const headEnd = text.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = text.slice(0, headEnd).split("\r\n");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const rest = text.slice(headEnd + 4);
  const body = headers["transfer-encoding"] === "chunked" ? joinChunked(rest) : rest;
  return { status: Number(statusLine.split(" ")[1]), headers, body };
}

function joinChunked(text: string): string {
  let body = "";
  for (let at = 0; ;) {
    const lineEnd = text.indexOf("\r\n", at);
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (!(size > 0)) return body;
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}

/** An HTTP/2 client session to the proxy. */
export function openHttp2(port: number): ClientHttp2Session {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { servername: "localhost", rejectUnauthorized: false });
  session.on("error", () => {});
  return session;
}

export interface Http2Response extends TextResponse {
  readonly trailers: IncomingHttpHeaders | undefined;
  readonly informational: readonly number[];
}

/** One HTTP/2 request; rejects when the stream is reset. */
export function requestHttp2(
  session: ClientHttp2Session,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Http2Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Http2Response>();
  const { method = "GET", headers = {}, body = "" } = options;
  const fields = { ":method": method, ":path": path, ":authority": "localhost", ":scheme": "https", ...headers };
  const stream = session.request(fields, { endStream: body === "" });
  let received: Record<string, string> = {};
  let status = 0;
  let text = "";
  let trailers: IncomingHttpHeaders | undefined;
  const informational: number[] = [];
  stream.on("headers", (fields) => informational.push(Number(fields[":status"])));
  stream.on("response", (fields) => {
    status = Number(fields[":status"]);
    received = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  });
  stream.on("trailers", (fields) => (trailers = fields));
  stream.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  stream.on("error", reject);
  stream.on("close", () => {
    if (stream.rstCode !== 0) reject(new Error(`reset with ${stream.rstCode}`));
    else resolve({ status, headers: received, body: text, trailers, informational });
  });
  if (body !== "") stream.end(body);
  return promise;
}
