import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { DaemonProcess } from "./support/daemon-process.ts";
import { H3Client } from "./support/h3-client.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { simpleUpstream, startProxy } from "./support/proxy.ts";
import { openHttp2, requestHttp1, requestHttp2 } from "./support/tls-client.ts";

let backend: Http2Backend;
let proxy: DaemonProcess;

beforeAll(async () => {
  backend = await Http2Backend.start((stream, headers, fields) => {
    let body = "";
    stream.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
    stream.on("end", () => {
      stream.respond({ ":status": 200, "content-type": "application/json", "alt-svc": 'h3=":1"' });
      stream.end(JSON.stringify({ method: headers[":method"], path: headers[":path"], fields, body }));
    });
  });
  proxy = await startProxy({ upstream: simpleUpstream(backend.address) });
});

afterAll(async () => {
  await proxy.dispose();
  backend.stop();
});

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly fields: readonly string[];
  readonly body: string;
}

/** Values of a field as the backend saw them. */
function valuesOf(seen: Seen, name: string): string[] {
  return seen.fields.filter((_, index) => index % 2 === 1 && seen.fields[index - 1] === name);
}

/** The same request over each version; gives what the backend saw and the response's `alt-svc`. */
const versions: Record<string, (path: string, body: string) => Promise<{ seen: Seen; altSvc: string | undefined }>> = {
  async "HTTP/3"(path, body) {
    const client = await H3Client.connect(proxy.ports.listen);
    const response = await client.request({
      method: "POST",
      path,
      body,
      headers: { "content-length": `${body.length}` },
    });
    client.close();
    expect(response.status).toBe(200);
    const altSvc = response.headers["alt-svc"];
    return { seen: JSON.parse(Buffer.from(response.body).toString()), altSvc: altSvc as string | undefined };
  },
  async "HTTP/2"(path, body) {
    const session = openHttp2(proxy.ports.listen);
    const response = await requestHttp2(session, path, { method: "POST", body });
    session.destroy();
    expect(response.status).toBe(200);
    return { seen: JSON.parse(response.body), altSvc: response.headers["alt-svc"] };
  },
  async "HTTP/1.1"(path, body) {
    const response = await requestHttp1(proxy.ports.listen, path, { method: "POST", body });
    expect(response.status).toBe(200);
    return { seen: JSON.parse(response.body), altSvc: response.headers["alt-svc"] };
  },
};

describe.each(Object.keys(versions))("%s", (version) => {
  const exchange = versions[version] as (typeof versions)[string];

  test("reaches the backend with its method, canonical path and body", async () => {
    const { seen } = await exchange("/a/./b//c?x=%20", "hello");
    expect(seen.method).toBe("POST");
    expect(seen.path).toBe("/a/b/c?x=%20");
    expect(seen.body).toBe("hello");
    expect(valuesOf(seen, ":authority")).toEqual(["localhost"]);
  });

  test("tells the backend who asked, each field once", async () => {
    const { seen } = await exchange("/", "x");
    expect(valuesOf(seen, "x-forwarded-for")).toEqual(["127.0.0.1"]);
    expect(valuesOf(seen, "x-forwarded-proto")).toEqual(["https"]);
    expect(valuesOf(seen, "x-forwarded-host")).toEqual(["localhost"]);
    expect(valuesOf(seen, "forwarded")).toEqual(['for=127.0.0.1;proto=https;host="localhost"']);
    expect(valuesOf(seen, "via")).toEqual([`${version.replace("HTTP/", "")} spooky`]);
    expect(valuesOf(seen, "x-request-id")).toHaveLength(1);
    expect(valuesOf(seen, "connection")).toEqual([]);
  });

  test(
    version === "HTTP/3" ? "needs no alt-svc" : "announces HTTP/3 by alt-svc, not what the backend announces",
    async () => {
      const { altSvc } = await exchange("/", "x");
      expect(altSvc).toBe(version === "HTTP/3" ? undefined : `h3=":${proxy.ports.listen}"; ma=86400`);
    },
  );
});
