/**
 * Entry of a shard's process; only the supervisor starts it.
 * @module
 */
import { startDataPlane } from "./data-plane.ts";
import { runShard } from "./run-shard.ts";

runShard(startDataPlane);
