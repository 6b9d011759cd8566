import { encode, encodedAddress, encodedLength } from "./bytes";
import { proxy_send_local_response } from "./env";
import { pairsAddress, pairsSize, writePairs } from "./pairs";
import { Status } from "./status";

const NO_GRPC_STATUS: i32 = -1;

/**
 * Answers the request from here; what the callback returns then no longer matters. `status` is 200 to 599. `headers`
 * holds names and values in turn; `content-length` is the proxy's. `details` goes to the log, not to the client.
 */
export function sendReply(status: u32, body: string, headers: string[] = [], details: string = ""): Status {
  writePairs(headers);
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
    pairsAddress,
    pairsSize,
    NO_GRPC_STATUS,
  );
}
