import { afterAll, beforeAll, expect, test } from "bun:test";
import { HostileProxy } from "./support/hostile-proxy.ts";
import { requestHttp1 } from "./support/tls-client.ts";

const LIMITS = "limits: {deadline_ms: 1000}";
const LINE_COUNT = 1_000_000;

/** Dies unless a host function answers with that status. */
const mustBe = (status: number, call: string): string =>
  `(if (i32.ne (i32.const ${status}) ${call}) (then (unreachable)))`;
const NEXT = "(local.set $i (i32.add (local.get $i) (i32.const 1)))";

let hostile: HostileProxy;

beforeAll(async () => {
  hostile = await HostileProxy.start({
    header: {
      entry: LIMITS,
      imports: '(import "env" "proxy_add_header_map_value" (func $add (param i32 i32 i32 i32 i32) (result i32)))',
      extra: '(data (i32.const 16) "x-a") (data (i32.const 32) "1\\0d\\0ax-injected: 1")',
      onRequestHeaders: `${mustBe(2, "(call $add (i32.const 0) (i32.const 16) (i32.const 3) (i32.const 32) (i32.const 16))")}
        ${mustBe(2, "(call $add (i32.const 0) (i32.const 32) (i32.const 16) (i32.const 16) (i32.const 3))")}
        (i32.const 0)`,
    },
    logs: {
      entry: LIMITS,
      imports: '(import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))',
      extra: '(data (i32.const 16) "so much to say")',
      onRequestHeaders: `(loop $again
        (drop (call $log (i32.const 2) (i32.const 16) (i32.const 14)))
        ${NEXT}
        (br_if $again (i32.lt_u (local.get $i) (i32.const ${LINE_COUNT}))))
        (i32.const 0)`,
    },
    metrics: {
      entry: LIMITS,
      imports: '(import "env" "proxy_define_metric" (func $define (param i32 i32 i32 i32) (result i32)))',
      onRequestHeaders: `(loop $again
        (i32.store (i32.const 16) (i32.or (i32.const 0x40404040) (i32.or (i32.and (local.get $i) (i32.const 63))
          (i32.shl (i32.shr_u (local.get $i) (i32.const 6)) (i32.const 8)))))
        ${NEXT}
        (br_if $again (i32.eqz (call $define (i32.const 0) (i32.const 16) (i32.const 4) (i32.const 0)))))
        (if (i32.gt_u (local.get $i) (i32.const 1100)) (then (unreachable)))
        (i32.const 0)`,
    },
    victim: { entry: LIMITS, onRequestHeaders: "(i32.const 0)" },
    thief: {
      entry: LIMITS,
      imports: '(import "env" "proxy_set_effective_context" (func $be (param i32) (result i32)))',
      onRequestHeaders: `(local.set $i (local.get $id))
        (loop $again
          ${NEXT}
          ${mustBe(2, "(call $be (local.get $i))")}
          (br_if $again (i32.lt_u (local.get $i) (i32.const 1000))))
        (i32.const 0)`,
    },
  });
}, 60_000);

afterAll(() => hostile.dispose());

test("a filter cannot break a header in two", async () => {
  const response = await hostile.attack("header");
  expect(response.status).toBe(200);
  expect(response.body).not.toContain("x-injected");
  expect(response.body).not.toContain('"x-a"');
  await hostile.expectUnharmed();
});

test("a filter that logs a million lines gets a thousand a second", async () => {
  const startedAt = performance.now();
  const response = await hostile.attack("logs");
  expect([200, 503]).toContain(response.status);
  const seconds = Math.ceil((performance.now() - startedAt) / 1000) + 1;
  expect(hostile.log.split("so much to say").length).toBeLessThanOrEqual(seconds * 1000 + 100);
  await Bun.sleep(1050);
  await hostile.attack("logs");
  await hostile.untilLogged("lines were dropped", "dropped_lines", "filter=logs");
  await hostile.expectUnharmed();
});

test("a filter that defines metrics without end is told that there are no more", async () => {
  for (let i = 0; i < 3; i++) expect((await hostile.attack("metrics")).status).toBe(200);
  await hostile.expectUnharmed();
});

test("a filter cannot speak for a request of another filter", async () => {
  for (let i = 0; i < 5; i++) await hostile.attack("victim");
  const victim = requestHttp1(hostile.proxy.ports.listen, "/victim", { headers: { "x-delay": "300" } });
  await Bun.sleep(50);
  expect((await hostile.attack("thief")).status).toBe(200);
  expect((await victim).status).toBe(200);
  await hostile.expectUnharmed();
});
