/**
 * Benchmarks: `npm run bench`, or with arguments `npm run bench -- macro --protocol=h3 --shards=2 --seconds=5`.
 * See `bench/README.md`.
 * @module
 */
import { cpus, release } from "node:os";
import { parseArgs } from "node:util";
import type { Scenario } from "./macro/scenario.ts";
import { runMacroBenchmarks } from "./macro/macro.ts";
import { runMicroBenchmarks } from "./micro/micro.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    protocol: { type: "string", default: "h3,h2" },
    shards: { type: "string", default: "1,2" },
    connections: { type: "string", default: "10" },
    streams: { type: "string", default: "5" },
    bytes: { type: "string", default: "128" },
    seconds: { type: "string", default: "5" },
    "warm-up": { type: "string", default: "2" },
  },
});

const known = ["micro", "macro"];
const wanted = positionals.length === 0 ? known : positionals;
const unknown = wanted.find((name) => !known.includes(name));
if (unknown !== undefined) throw new Error(`unknown benchmark ${unknown}; there are ${known.join(" and ")}`);

const [cpu] = cpus();
console.log(`Bun ${Bun.version}, Linux ${release()}, ${cpus().length} × ${cpu?.model ?? "unknown CPU"}\n`);
if (wanted.includes("micro")) console.log(`${await runMicroBenchmarks()}\n`);
if (wanted.includes("macro")) console.log(`${await runMacroBenchmarks(scenarios())}\n`);
process.exit(0);

function scenarios(): Scenario[] {
  const found: Scenario[] = [];
  for (const protocol of values.protocol.split(",")) {
    if (protocol !== "h3" && protocol !== "h2") throw new Error(`unknown protocol ${protocol}; there are h3 and h2`);
    for (const shards of values.shards.split(",")) {
      found.push({
        protocol,
        shardCount: positive("shards", shards),
        connectionCount: positive("connections", values.connections),
        streamCount: positive("streams", values.streams),
        responseBytes: positive("bytes", values.bytes),
        warmUpMs: positive("warm-up", values["warm-up"]) * 1000,
        durationMs: positive("seconds", values.seconds) * 1000,
      });
    }
  }
  return found;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} must be a number above zero, not ${text}`);
  return value;
}
