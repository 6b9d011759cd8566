import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Http1ResponseSink } from "./http1-response-reader.ts";
import { Http1ResponseReader } from "./http1-response-reader.ts";

class Log implements Http1ResponseSink {
  readonly lines: string[] = [];
  body = "";

  onHttp1Informational(status: number, fields: string[]): void {
    this.lines.push(`informational ${status} ${fields.join("|")}`);
  }
  onHttp1Head(status: number, fields: string[], hasBody: boolean, canPersist: boolean): void {
    this.lines.push(`head ${status} ${fields.join("|")} body=${hasBody} persist=${canPersist}`);
  }
  onHttp1Data(chunk: Uint8Array): void {
    this.body += Buffer.from(chunk).toString("latin1");
  }
  onHttp1End(trailers: string[] | undefined): void {
    this.lines.push(`end ${trailers === undefined ? "" : trailers.join("|")}`);
  }
  onHttp1Malformed(detail: string): void {
    this.lines.push(`malformed ${detail}`);
  }
}

/** Reads a text cut at the given places. */
function readCut(text: string, cuts: readonly number[], isHead = false): Log {
  const log = new Log();
  const reader = new Http1ResponseReader(log, isHead);
  const bytes = Buffer.from(text, "latin1");
  const places = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b);
  let start = 0;
  for (const place of [...places, bytes.length]) {
    reader.read(bytes.subarray(start, place));
    start = place;
  }
  return log;
}

const RESPONSES = [
  "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n\r\n\r\n0\r\n0\r\nx-a: 1\r\nx-b: 2\r\n\r\n",
  "HTTP/1.0 200 OK\r\nx: y\r\n\r\nuntil the end",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabcX",
  "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
  "SSH-2.0-OpenSSH_9.9\r\n",
];

describe("reading a response", () => {
  test("gives the same wherever the bytes are cut", () => {
    for (const response of RESPONSES) {
      const whole = readCut(response, []);
      fc.assert(
        fc.property(fc.array(fc.nat({ max: response.length - 1 }), { maxLength: 12 }), (cuts) => {
          const cut = readCut(response, cuts);
          expect([cut.lines, cut.body]).toEqual([whole.lines, whole.body]);
        }),
        { numRuns: 150 },
      );
      const single = readCut(
        response,
        Array.from({ length: response.length }, (_, i) => i),
      );
      expect([single.lines, single.body]).toEqual([whole.lines, whole.body]);
    }
  });

  test("never throws and never ends twice, whatever the bytes are", () => {
    const piece = fc.oneof(
      fc.constantFrom(...RESPONSES),
      fc.constantFrom("\r\n", "\r", "0\r\n", ":", " "),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), fc.array(fc.nat()), (pieces, cuts) => {
        const text = `${pieces.join("")}x`;
        const { lines } = readCut(text, cuts);
        expect(
          lines.filter((line) => line.startsWith("end") || line.startsWith("malformed")).length,
        ).toBeLessThanOrEqual(1);
        expect(lines.filter((line) => line.startsWith("head")).length).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("passes any body in chunks of any size", () => {
    const chunks = fc.array(fc.string({ minLength: 1, maxLength: 300, unit: "binary-ascii" }), { maxLength: 8 });
    fc.assert(
      fc.property(chunks, fc.array(fc.nat()), (parts, cuts) => {
        const coded = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("");
        const log = readCut(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${coded}0\r\n\r\n`, cuts);
        expect([log.body, log.lines.at(-1)]).toEqual([parts.join(""), "end "]);
      }),
    );
  });

  test("tells what the connection may be used for afterwards", () => {
    const head = (text: string): string => readCut(`${text}\r\n\r\n`, []).lines[0] ?? "";
    expect(head("HTTP/1.1 200 OK\r\ncontent-length: 0")).toEndWith("persist=true");
    expect(head("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nConnection: Close")).toEndWith("persist=false");
    expect(head("HTTP/1.0 200 OK\r\ncontent-length: 0")).toEndWith("persist=false");
    expect(head("HTTP/1.0 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive")).toEndWith("persist=true");
    expect(head("HTTP/1.1 200 OK")).toEndWith("body=true persist=false");
  });

  test("takes the fields of a response to HEAD for no body", () => {
    expect(readCut("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", [], true).lines).toEqual([
      "head 200 content-length| 9 body=false persist=true",
      "end ",
    ]);
  });

  test("refuses endless heads, chunk lines and informational responses", () => {
    const tooLong = "a".repeat(70_000);
    expect(readCut(`HTTP/1.1 200 OK\r\nx: ${tooLong}`, []).lines).toEqual(["malformed line or head is too long"]);
    const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    expect(readCut(`${chunked}1;${tooLong}`, []).lines.at(-1)).toBe("malformed line or head is too long");
    expect(readCut("HTTP/1.1 103 Hints\r\n\r\n".repeat(17), []).lines.at(-1)).toStartWith("malformed too many");
  });
});
