import { afterEach, describe, expect, test } from "bun:test";
import type { Http2SecureServer, ServerHttp2Stream } from "node:http2";
import { createSecureServer } from "node:http2";
import type { TLSSocket } from "node:tls";
import { FAILURES } from "../src/errors/catalogue.ts";
import type { BackendClient } from "../src/upstream/backend-client.ts";
import type { BackendTls } from "../src/upstream/backend-options.ts";
import { testCertificate } from "./support/certificates.ts";
import { backendClient, fetchAnswer, listen } from "./support/upstream-client.ts";

const clients: BackendClient[] = [];
const servers: Http2SecureServer[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) server.close();
});

/** Answers with the server name that the client sent. */
async function secureBackend(): Promise<number> {
  const { certificate, key } = await testCertificate();
  const server = createSecureServer({ cert: certificate, key });
  server.on("session", (session) => session.on("error", () => {}));
  server.on("stream", (opened) => {
    const stream = opened as ServerHttp2Stream;
    const socket = stream.session?.socket as TLSSocket | undefined;
    stream.respond({ ":status": 200 });
    stream.end(String(socket?.servername));
  });
  servers.push(server);
  return listen(server);
}

function open(port: number, tls: Partial<BackendTls>, host = "localhost"): BackendClient {
  const client = backendClient(port, { scheme: "https", host, tls: { verify: true, sendSni: true, ...tls } });
  clients.push(client);
  return client;
}

describe("trust in a TLS backend", () => {
  test("a certificate of an unknown authority is refused", async () => {
    const answer = await fetchAnswer(open(await secureBackend(), {}), "/");
    expect([answer.failure, answer.head]).toEqual([FAILURES.upstreamTlsFailed, undefined]);
    expect(answer.detail).toContain("UNABLE_TO");
  });

  test("a configured authority is trusted, alone or with the runtime's own", async () => {
    const port = await secureBackend();
    const { authority: ca } = await testCertificate();
    for (const isCaExclusive of [true, false]) {
      const answer = await fetchAnswer(open(port, { ca, isCaExclusive }), "/");
      expect([answer.status, answer.text]).toEqual([200, "localhost"]);
    }
  });

  test("no check is made when that is configured", async () => {
    expect((await fetchAnswer(open(await secureBackend(), { verify: false }), "/")).status).toBe(200);
  });

  test("the name must be in the certificate, with and without SNI", async () => {
    const port = await secureBackend();
    const { authority: ca } = await testCertificate();
    for (const sendSni of [true, false]) {
      const wrong = await fetchAnswer(open(port, { ca, sendSni, servername: "other.test" }), "/");
      expect([wrong.failure, wrong.detail.includes("ALTNAME")]).toEqual([FAILURES.upstreamTlsFailed, true]);
      const right = await fetchAnswer(open(port, { ca, sendSni, servername: "localhost" }, "127.0.0.1"), "/");
      expect(right.text).toBe(sendSni ? "localhost" : "false");
    }
  });

  test("an address is checked as an address, and not sent as a name", async () => {
    const { authority: ca } = await testCertificate();
    expect((await fetchAnswer(open(await secureBackend(), { ca }, "127.0.0.1"), "/")).text).toBe("false");
  });

  test("an authority that is no certificate is an error at once", () => {
    expect(() => open(1, { ca: "nonsense" })).toThrow();
  });
});
