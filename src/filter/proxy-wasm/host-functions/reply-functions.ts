import { HeaderList } from "../../../http/header-list.ts";
import { Status } from "../abi.ts";
import type { FilterVm } from "../filter-vm.ts";
import type { HostFunctions } from "../guest-function.ts";
import { readPairs } from "../header-pairs.ts";
import { isPseudoHeader, toHeaderValue, toWritableName } from "../header-text.ts";
import { isFinalStatus } from "../status-code.ts";

/** `proxy_send_local_response`: a filter answers itself. */
export function replyFunctions(vm: FilterVm): HostFunctions {
  const { memory } = vm;
  return {
    proxy_send_local_response(
      status: number,
      details: number,
      detailsSize: number,
      body: number,
      bodySize: number,
      pairs: number,
      pairsSize: number,
    ): number {
      details >>>= 0;
      detailsSize >>>= 0;
      body >>>= 0;
      bodySize >>>= 0;
      pairs >>>= 0;
      pairsSize >>>= 0;
      if (!memory.covers(details, detailsSize) || !memory.covers(body, bodySize) || !memory.covers(pairs, pairsSize)) {
        return Status.invalidMemoryAccess;
      }
      const request = vm.current?.request;
      const fields = readPairs(memory, pairs, pairsSize);
      const headers = fields === undefined ? undefined : toReplyHeaders(fields);
      if (request === undefined || headers === undefined || !isFinalStatus(status)) return Status.badArgument;
      if (bodySize > 0) headers.set("content-length", String(bodySize));
      const reply = {
        head: { status, headers },
        body: memory.copy(body, bodySize),
        details: memory.readUtf8(details, Math.min(detailsSize, 256)),
      };
      return request.reply(reply) ? Status.ok : Status.badArgument;
    },
  };
}

/** Undefined when one of them is no header that a filter may write. Pseudo-headers are passed over. */
function toReplyHeaders(fields: readonly string[]): HeaderList | undefined {
  const headers = new HeaderList();
  for (let i = 0; i < fields.length; i += 2) {
    const name = toWritableName(fields[i] as string);
    const value = toHeaderValue(fields[i + 1] as string);
    if (name === undefined || value === undefined) return undefined;
    if (!isPseudoHeader(name) && name !== "content-length") headers.append(name, value);
  }
  return headers;
}
