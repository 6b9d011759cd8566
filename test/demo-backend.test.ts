/** The demo's backend, asked directly over cleartext HTTP/2. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from "node:http2";
import { type DemoBackend, startDemoBackend } from "../src/cli/demo/backend.ts";
import { SpookyError } from "../src/errors/spooky-error.ts";

let backend: DemoBackend;
let session: ClientHttp2Session;

beforeAll(async () => {
  backend = await startDemoBackend(0);
  session = connect(`http://127.0.0.1:${backend.port}`);
});

afterAll(async () => {
  session.destroy();
  await backend.close();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

function ask(headers: OutgoingHttpHeaders, body?: Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers, { endStream: body === undefined });
    const pieces: Buffer[] = [];
    let head: Record<string, unknown> = {};
    stream.on("response", (received) => (head = { ...received }));
    stream.on("data", (piece: Buffer) => pieces.push(piece));
    stream.on("error", reject);
    stream.on("end", () => resolve({ status: Number(head[":status"]), headers: head, body: Buffer.concat(pieces) }));
    if (body !== undefined) stream.end(body);
  });
}

describe("the demo backend", () => {
  test("has a page", async () => {
    const { status, headers, body } = await ask({ ":path": "/" });
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(body.toString()).toContain("<h1>It works</h1>");
    expect(Number(headers["content-length"])).toBe(body.byteLength);
  });

  test("shows the headers that it got", async () => {
    const { body } = await ask({ ":path": "/headers?a=b", "x-test": "yes" });
    expect(JSON.parse(body.toString())).toMatchObject({ ":path": "/headers?a=b", "x-test": "yes" });
  });

  test("sends a body back, with its type and length", async () => {
    const sent = crypto.getRandomValues(new Uint8Array(60_000));
    const head = {
      ":path": "/echo",
      ":method": "POST",
      "content-type": "image/boo",
      "content-length": sent.byteLength,
    };
    const { headers, body } = await ask(head, sent);
    expect(body.equals(sent)).toBe(true);
    expect(headers["content-type"]).toBe("image/boo");
    expect(headers["content-length"]).toBe(String(sent.byteLength));
  });

  test("sends as many bytes as asked for, across its chunks", async () => {
    for (const count of [0, 1, 65_536, 1_000_001]) {
      const { status, body } = await ask({ ":path": `/bytes/${count}` });
      expect(status).toBe(200);
      expect(body.byteLength).toBe(count);
    }
  });

  test("refuses more bytes than it gives, and knows no other paths", async () => {
    expect((await ask({ ":path": "/bytes/99999999999" })).status).toBe(404);
    expect((await ask({ ":path": "/bytes/-1" })).status).toBe(404);
    expect((await ask({ ":path": "/nothing" })).status).toBe(404);
  });

  test("answers HEAD with a head alone", async () => {
    for (const path of ["/", "/bytes/500", "/echo"]) {
      const { status, body } = await ask({ ":path": path, ":method": "HEAD" });
      expect(status).toBe(200);
      expect(body.byteLength).toBe(0);
    }
  });

  test("goes on after a client that left in the middle of an answer", async () => {
    const client = connect(`http://127.0.0.1:${backend.port}`);
    client.on("error", () => {});
    const stream = client.request({ ":path": "/bytes/1000000000" });
    stream.on("error", () => {});
    await new Promise<void>((resolve) => stream.once("data", () => resolve()));
    client.destroy();
    await Bun.sleep(50);
    expect((await ask({ ":path": "/health" })).status).toBe(200);
  });

  test("says clearly that its port is taken", async () => {
    const second = startDemoBackend(backend.port);
    await expect(second).rejects.toBeInstanceOf(SpookyError);
    await expect(second).rejects.toMatchObject({ code: "SPK_LISTEN_ADDRESS_IN_USE" });
  });
});
