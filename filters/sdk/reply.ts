import { encode, encodedAddress, encodedLength } from "./bytes";
import { proxy_send_local_response } from "./env";
import { allocate } from "./scratch";
import { Status } from "./status";

const NO_GRPC_STATUS: i32 = -1;

/**
 * Answers the request from here; what the callback returns then no longer matters. `status` is 200 to 599. `headers`
 * holds names and values in turn; `content-length` is the proxy's. `details` goes to the log, not to the client.
 */
export function sendReply(status: u32, body: string, headers: string[] = [], details: string = ""): Status {
  let size: usize = 4;
  for (let i = 0; i < headers.length; i++) size += 5 + <usize>String.UTF8.byteLength(headers[i]);
  const pairs = allocate(size);
  store<u32>(pairs, headers.length >>> 1);
  let at = pairs + 4 + <usize>headers.length * 4;
  for (let i = 0; i < headers.length; i++) {
    const text = headers[i];
    const length = <usize>String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
    store<u32>(pairs + 4 + <usize>i * 4, <u32>length);
    at += length;
    store<u8>(at++, 0);
  }
  encode(details);
  const detailsAddress = encodedAddress;
  const detailsLength = encodedLength;
  encode(body);
  return proxy_send_local_response(
    status,
    detailsAddress,
    detailsLength,
    encodedAddress,
    encodedLength,
    pairs,
    size,
    NO_GRPC_STATUS,
  );
}
