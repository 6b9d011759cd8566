/**
 * The load driver as a process of its own: takes {@link LoadOptions} as JSON in its one argument, prints `counting`
 * when the warm-up is over, then the {@link LoadResult} as JSON.
 * @module
 */
import type { LoadOptions } from "./load-options.ts";
import { runLoad } from "./run-load.ts";

const options: LoadOptions = JSON.parse(process.argv[2] ?? "{}");
const result = await runLoad(options, () => console.log("counting"));
console.log(JSON.stringify(result));
process.exit(0);
