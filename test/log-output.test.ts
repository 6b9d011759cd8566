import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAccessLog, type AccessEntry } from "../src/observe/access-log.ts";
import { createLogFactory, type LogOptions, type OwnedLogFactory } from "../src/observe/log-factory.ts";
import { LogWriter } from "../src/observe/log-writer.ts";

const MODULES = join(import.meta.dir, "../src/observe");
let directory = "";
let file = "";
const factories: OwnedLogFactory[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "spooky-log-"));
  file = join(directory, "spooky.log");
});
afterEach(() => {
  for (const factory of factories.splice(0)) factory.close();
  rmSync(directory, { recursive: true });
});

function open(options: Partial<LogOptions>): OwnedLogFactory {
  const factory = createLogFactory({ level: "info", format: "json", file, ...options });
  factories.push(factory);
  return factory;
}

async function linesOf(factory: OwnedLogFactory): Promise<string[]> {
  await factory.flush(2000);
  return readFileSync(file, "utf8").split("\n").slice(0, -1);
}

async function messagesOf(factory: OwnedLogFactory): Promise<unknown[]> {
  return (await linesOf(factory)).map((line) => JSON.parse(line).msg);
}

/** Runs `body` in a process of its own, so that its standard error can be read. */
async function stderrOf(body: string): Promise<string> {
  const script = `import { createLogFactory } from ${JSON.stringify(join(MODULES, "log-factory.ts"))};\n${body}`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdio: ["ignore", "ignore", "pipe"] });
  const text = await new Response(child.stderr).text();
  await child.exited;
  return text;
}

describe("levels", () => {
  test("hold under both their names", async () => {
    for (const level of ["scream", "warn"]) {
      rmSync(file, { force: true });
      const factory = open({ level });
      const logger = factory.forTarget("spooky_edge");
      logger.log("info", "quiet");
      logger.log("warn", "loud");
      expect([logger.isEnabled("info"), logger.isEnabled("warn")]).toEqual([false, true]);
      expect(await messagesOf(factory)).toEqual(["loud"]);
    }
  });

  test("are silent when off", async () => {
    const factory = open({ level: "silence" });
    factory.forTarget("spooky_edge").log("error", "never");
    expect(await linesOf(factory)).toEqual([]);
  });

  test("follow RUST_LOG for the targets it names and the config for the rest", async () => {
    const factory = open({ level: "scream", rustLog: "spooky_edge=haunt" });
    factory.forTarget("spooky_edge").log("debug", "edge debug");
    factory.forTarget("spooky_edge::quic").log("debug", "quic debug");
    factory.forTarget("spooky_filter").log("info", "filter info");
    factory.forTarget("spooky_filter").log("warn", "filter warn");
    expect(await messagesOf(factory)).toEqual(["edge debug", "quic debug", "filter warn"]);
  });

  test("follow RUST_LOG for all targets when it gives a level alone", async () => {
    const factory = open({ level: "trace", rustLog: "spooky_edge=haunt,info" });
    factory.forTarget("spooky_filter").log("debug", "filter debug");
    factory.forTarget("spooky_filter").log("info", "filter info");
    expect(await messagesOf(factory)).toEqual(["filter info"]);
  });

  test("stay as configured, with a warning, when RUST_LOG makes no sense", async () => {
    const factory = open({ rustLog: "spooky_edge=deafening" });
    factory.forTarget("spooky_edge").log("info", "still here");
    const lines = (await linesOf(factory)).map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ level: "warn", code: "SPK_CONFIG_VALUE" });
    expect(lines[0].msg).toContain("RUST_LOG");
    expect(lines[1].msg).toBe("still here");
  });
});

describe("a log file", () => {
  test("is appended to and is not for everybody to read", async () => {
    const first = open({ format: "plain" });
    first.forTarget("t").log("info", "one");
    await first.flush(2000);
    const second = open({ format: "plain", common: { shard: 1 } });
    second.forTarget("t").log("info", "two");
    const lines = await linesOf(second);
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO {2}t: one$/);
    expect(lines[1]).toEndWith("t: two shard=1");
    expect(statSync(file).mode & 0o137).toBe(0);
  });

  test("is written soon without being asked, and at the end of the process", async () => {
    const factory = open({});
    factory.forTarget("t").log("info", "soon");
    await Bun.sleep(200);
    expect(readFileSync(file, "utf8")).toContain("soon");
    await stderrOf(`
      const factory = createLogFactory({ level: "info", format: "json", file: ${JSON.stringify(file)} });
      factory.forTarget("t").log("info", "last words");
      process.exit(0);`);
    expect(readFileSync(file, "utf8")).toContain("last words");
  });

  test("that is a symbolic link is not followed: standard error takes over and says why", async () => {
    const target = join(directory, "elsewhere");
    symlinkSync(target, file);
    const text = await stderrOf(`
      const factory = createLogFactory({ level: "info", format: "json", file: ${JSON.stringify(file)} });
      factory.forTarget("t").log("info", "to stderr");
      if (factory.sinkName !== "stderr") throw new Error(factory.sinkName);`);
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ level: "warn", code: "SPK_LOG_FILE_UNAVAILABLE" });
    expect(lines[0].msg).toContain(file);
    expect(lines[1].msg).toBe("to stderr");
    expect(await Bun.file(target).exists()).toBe(false);
  });

  test("keeps every line of two busy processes whole", async () => {
    const script = (name: string): string => `
      const factory = createLogFactory({ level: "info", format: "json", file: ${JSON.stringify(file)} });
      const logger = factory.forTarget("${name}");
      for (let i = 0; i < 20000; i++) logger.log("info", "line", { i });
      await factory.flush(5000);`;
    await Promise.all([stderrOf(script("a")), stderrOf(script("b"))]);
    const next: Record<string, number> = { a: 0, b: 0 };
    for (const line of readFileSync(file, "utf8").trim().split("\n")) {
      const { target, i } = JSON.parse(line) as { target: string; i: number };
      expect(i).toBe(next[target] ?? -1);
      next[target] = i + 1;
    }
    expect(next).toEqual({ a: 20_000, b: 20_000 });
  });
});

/** What is in the pipe now; "" when it is empty. */
function readAvailable(fd: number, buffer: Uint8Array): string {
  try {
    return new TextDecoder().decode(buffer.subarray(0, readSync(fd, buffer)));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EAGAIN") return "";
    throw error;
  }
}

describe("a reader that does not read", () => {
  test("costs lines, not time, and the loss is reported", async () => {
    const path = join(directory, "pipe");
    expect(await Bun.spawn(["mkfifo", path]).exited).toBe(0);
    // Opened apart from the writer's end, so that only the reader does not block.
    const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const writer = new LogWriter(openSync(path, "w"), (count) => `lost ${count}\n`);
    const line = `${"x".repeat(999)}\n`;
    const startedMs = performance.now();
    for (let i = 0; i < 10_000; i++) writer.write(line);
    await Bun.sleep(100);
    const turnsBefore = performance.now();
    expect(turnsBefore - startedMs).toBeLessThan(2000);
    expect(writer.droppedCount).toBeGreaterThan(5000);
    const flushed = await writer.flush(50);
    expect(flushed).toBe(false);

    const buffer = new Uint8Array(1 << 16);
    let text = "";
    const isFlushed = writer.flush(5000);
    const deadlineMs = performance.now() + 5000;
    while (!text.includes("lost") && performance.now() < deadlineMs) {
      text += readAvailable(reader, buffer);
      await Bun.sleep(1);
    }
    expect(await isFlushed).toBe(true);
    const lines = text.split("\n").slice(0, -1);
    const whole = lines.filter((one) => one.length === 999).length;
    expect(lines.at(-1)).toBe(`lost ${writer.droppedCount}`);
    expect(whole + writer.droppedCount).toBe(10_000);
    closeSync(reader);
  });
});

describe("the access log", () => {
  const entry: AccessEntry = {
    requestId: "r-1",
    traceId: "",
    spanId: "",
    method: "GET",
    path: "/a?b=c",
    status: 200,
    backend: "b1",
    upstream: "api",
    latencyMs: 1.23456,
    retries: 0,
    error: "",
  };

  test("has the fields of one request", async () => {
    const factory = open({});
    createAccessLog(factory).logAccess(entry);
    const [line = ""] = await linesOf(factory);
    const { ts, ...rest } = JSON.parse(line);
    expect(ts).toBeString();
    expect(rest).toEqual({
      level: "info",
      target: "spooky_access",
      msg: "access",
      request_id: "r-1",
      method: "GET",
      path: "/a?b=c",
      status: 200,
      backend: "b1",
      upstream: "api",
      latency_ms: 1.235,
      retries: 0,
    });
  });

  test("names the failure and the trace when there are any", async () => {
    const factory = open({ format: "plain" });
    createAccessLog(factory).logAccess({ ...entry, backend: "", error: "SPK_ROUTE_NONE", traceId: "t1", spanId: "s1" });
    const [line = ""] = await linesOf(factory);
    expect(line).toEndWith(
      "spooky_access: access request_id=r-1 trace_id=t1 span_id=s1 method=GET path=/a?b=c status=200 upstream=api latency_ms=1.235 retries=0 error=SPK_ROUTE_NONE",
    );
  });

  test("can be silenced alone", async () => {
    const factory = open({ level: "spooky_access=off,info" });
    const access = createAccessLog(factory);
    access.logAccess(entry);
    factory.forTarget("spooky_edge").log("info", "other");
    expect(access.isEnabled()).toBe(false);
    expect(await messagesOf(factory)).toEqual(["other"]);
  });
});
