/**
 * A client process that asks for an endless response, says so, and waits to be killed.
 * Arguments: port, path.
 * @module
 */
import { H3Client } from "./h3-client.ts";

const [port, path] = process.argv.slice(2);
const client = await H3Client.connect(Number(port));
const stream = await client.open({ path: path ?? "/" });
let bytes = 0;
for await (const chunk of stream.chunks()) {
  if (bytes === 0) console.log("reading");
  bytes += chunk.length;
}
