import { afterAll, beforeAll, expect, test } from "bun:test";
import { HostileProxy } from "./support/hostile-proxy.ts";

const LIMITS = "limits: {deadline_ms: 30, memory_bytes: 16777216, start_ms: 100}";
const PAST = "(i32.const 0x7fff0000)";

/** Dies unless a host function answers with that status: so an answer of the backend means that all is as it should. */
const mustBe = (status: number, call: string): string =>
  `(if (i32.ne (i32.const ${status}) ${call}) (then (unreachable)))`;

let hostile: HostileProxy;

beforeAll(async () => {
  hostile = await HostileProxy.start({
    loop: { entry: LIMITS, onRequestHeaders: "(loop $again (br $again)) (unreachable)" },
    recursion: {
      entry: LIMITS,
      extra:
        "(func $deeper (param $n i32) (result i32) (i32.add (local.get $n) (call $deeper (i32.add (local.get $n) (i32.const 1)))))",
      onRequestHeaders: "(call $deeper (i32.const 0))",
    },
    trap: { entry: LIMITS, onRequestHeaders: "(unreachable)" },
    trap_open: { entry: `${LIMITS}, on_failure: open`, onRequestHeaders: "(unreachable)" },
    trap_closed: { entry: `${LIMITS}, on_failure: closed`, onRequestHeaders: "(unreachable)" },
    bomb: {
      entry: LIMITS,
      onRequestHeaders: `(loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
        (memory.fill (i32.const 0) (i32.const 7) (i32.mul (memory.size) (i32.const 65536)))
        (i32.const 0)`,
    },
    liar: {
      entry: LIMITS,
      imports: '(import "env" "proxy_get_header_map_value" (func $get (param i32 i32 i32 i32 i32) (result i32)))',
      extra: `(data (i32.const 16) ":path") (func (export "malloc") (param i32) (result i32) ${PAST})`,
      onRequestHeaders: `${mustBe(10, "(call $get (i32.const 0) (i32.const 16) (i32.const 5) (i32.const 0) (i32.const 4))")} (i32.const 0)`,
    },
    pointers: {
      entry: LIMITS,
      imports: `(import "env" "proxy_get_header_map_value" (func $get (param i32 i32 i32 i32 i32) (result i32)))
        (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
        (import "env" "proxy_send_local_response" (func $reply (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))`,
      extra: '(data (i32.const 16) ":path")',
      onRequestHeaders: `${mustBe(6, `(call $get (i32.const 0) ${PAST} (i32.const 5) (i32.const 0) (i32.const 4))`)}
        ${mustBe(6, `(call $get (i32.const 0) (i32.const 16) (i32.const 5) ${PAST} ${PAST})`)}
        ${mustBe(6, "(call $get (i32.const 0) (i32.const -16) (i32.const 32) (i32.const 0) (i32.const 4))")}
        ${mustBe(6, `(call $log (i32.const 2) ${PAST} (i32.const 10))`)}
        ${mustBe(6, "(call $log (i32.const 2) (i32.const 0) (i32.const -1))")}
        ${mustBe(6, `(call $reply (i32.const 200) ${PAST} (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const -1))`)}
        (i32.const 0)`,
    },
    restart: {
      entry: LIMITS,
      imports: `(import "env" "proxy_get_shared_data" (func $get (param i32 i32 i32 i32 i32) (result i32)))
        (import "env" "proxy_set_shared_data" (func $set (param i32 i32 i32 i32 i32) (result i32)))`,
      extra: `(data (i32.const 16) "once")
        (func (export "proxy_on_vm_start") (param i32 i32) (result i32)
          (if (i32.eqz (call $get (i32.const 16) (i32.const 4) (i32.const 0) (i32.const 4) (i32.const 8)))
            (then (loop $again (br $again))))
          (i32.eqz (call $set (i32.const 16) (i32.const 4) (i32.const 16) (i32.const 4) (i32.const 0))))`,
      onRequestHeaders: "(unreachable)",
    },
  });
}, 60_000);

afterAll(() => hostile.dispose());

test.each([
  ["loops for ever", "loop", /ran longer than 30 ms/],
  ["recurses for ever", "recursion", /stack overflow|ran longer/],
  ["traps", "trap", /nreachable/],
])("a filter that %s fails its own request only, and the log says how", async (_what, name, error) => {
  expect((await hostile.attack(name)).status).toBe(503);
  await hostile.untilLogged("a filter failed", error, "on_request_headers", `filter=${name} `, /request_id=\S{8}/);
  await hostile.expectUnharmed();
});

test.each([
  ["takes all the memory that it gets", "bomb"],
  ["has an allocator that lies", "liar"],
  ["names places outside of its memory", "pointers"],
])("a filter that %s gets no further than its own instance", async (_what, name) => {
  for (let i = 0; i < 3; i++) expect((await hostile.attack(name)).status).toBe(200);
  await hostile.expectUnharmed();
});

test("a filter that fails every request is taken out, and comes back", async () => {
  const state = async (): Promise<number | undefined> =>
    (await hostile.proxy.metrics()).get('spooky_filter_state{filter="trap/trap"}');
  await hostile.proxy.until(async () => {
    expect((await hostile.attack("trap")).status).toBe(503);
    return (await state()) === 2;
  });
  await hostile.untilLogged("taken out, its requests are refused", "filter=trap ", "pause_ms=1000");
  const metrics = await hostile.proxy.metrics();
  expect(metrics.get('spooky_filter_rebuilds_total{filter="trap/trap"}')).toBe(4);
  expect((await hostile.attack("trap")).status).toBe(503);
  expect((await hostile.proxy.metrics()).get('spooky_filter_rebuilds_total{filter="trap/trap"}')).toBe(4);
  await hostile.proxy.until(async () => (await state()) === 1);
  await hostile.untilLogged("gets requests again", "filter=trap");
  await hostile.expectUnharmed();
});

test("requests go on without a filter that fails open, taken out or not", async () => {
  for (let i = 0; i < 12; i++) expect((await hostile.attack("trap_open")).status).toBe(200);
  await hostile.untilLogged("taken out, its requests go on without it");
  await hostile.expectUnharmed();
});

test("a filter that fails closed is not run again", async () => {
  for (let i = 0; i < 3; i++) expect((await hostile.attack("trap_closed")).status).toBe(503);
  await hostile.untilLogged("stays so until the next start");
  const metrics = await hostile.proxy.metrics();
  expect(metrics.get('spooky_filter_state{filter="trap_closed/trap_closed"}')).toBe(3);
  expect(metrics.get('spooky_filter_rebuilds_total{filter="trap_closed/trap_closed"}')).toBe(0);
  expect(metrics.get('spooky_filter_failures_total{filter="trap_closed/trap_closed"}')).toBe(3);
  await hostile.expectUnharmed();
});

test("a filter whose next instance never gets ready is not waited for", async () => {
  for (let i = 0; i < 4; i++) expect((await hostile.attack("restart")).status).toBe(503);
  await hostile.untilLogged("could not be started again", "ran longer than 100 ms");
  await hostile.expectUnharmed();
});
