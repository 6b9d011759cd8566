/**
 * The demo's backend as a process of its own, so that its work is not counted as the proxy's. Prints its port.
 * @module
 */
import { startDemoBackend } from "../../src/cli/demo/backend.ts";

const backend = await startDemoBackend(0);
console.log(backend.port);
process.on("SIGTERM", () => process.exit(0));
