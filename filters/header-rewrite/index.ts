/**
 * The header-rewrite filter: sets, appends, removes and renames headers of requests and responses by its config.
 * `docs/filters.md` describes the config.
 * @module
 */
import {
  Action,
  HeaderMap,
  LogLevel,
  RootContext,
  Status,
  StreamContext,
  log,
  registerFilter,
  requestHeaders,
  responseHeaders,
  sendReply,
} from "../sdk/filter";
import { JsonKind, parseJson } from "../sdk/json";
import { Operation } from "./operations";
import { RuleReader } from "./rules";

export * from "../sdk/entry-stateless";

let requestOperations: StaticArray<Operation> = new StaticArray<Operation>(0);
let responseOperations: StaticArray<Operation> = new StaticArray<Operation>(0);

function applyAll(operations: StaticArray<Operation>): Action {
  for (let i = 0; i < operations.length; i++) {
    const operation = unchecked(operations[i]);
    const status = operation.apply();
    if (status != Status.Ok) return failOn(operation, status);
  }
  return Action.Continue;
}

/** A message without the change may say more than it should, so nobody gets it. */
function failOn(operation: Operation, status: Status): Action {
  const name = String.UTF8.decodeUnsafe(operation.name.address, operation.name.length);
  log(LogLevel.Error, name + " cannot have the value that it was given (status " + (<i32>status).toString() + ")");
  sendReply(500, "headers could not be rewritten\n");
  return Action.Pause;
}

class HeaderRewriteStream extends StreamContext {
  onRequestHeaders(count: u32, endOfStream: bool): Action {
    return applyAll(requestOperations);
  }

  onResponseHeaders(count: u32, endOfStream: bool): Action {
    return applyAll(responseOperations);
  }
}

class HeaderRewriteRoot extends RootContext {
  onConfigure(config: string): bool {
    if (config == "") return refuse("a config with request or response is needed");
    const rules = parseJson(config);
    if (rules == null || rules.kind != JsonKind.Object)
      return refuse("the config must be a map of request and response");
    for (let i = 0; i < rules.keys.length; i++) {
      const side = rules.keys[i];
      if (side != "request" && side != "response")
        return refuse(side + ": unknown key; known are request and response");
      const isResponse = side == "response";
      const headers: HeaderMap = isResponse ? responseHeaders : requestHeaders;
      const reader = new RuleReader(side, headers, isResponse);
      if (!reader.read(rules.items[i])) return false;
      const operations = StaticArray.fromArray(reader.operations);
      if (isResponse) responseOperations = operations;
      else requestOperations = operations;
    }
    return true;
  }

  createStream(): StreamContext {
    return new HeaderRewriteStream();
  }
}

function refuse(error: string): bool {
  log(LogLevel.Error, error);
  return false;
}

registerFilter((): RootContext => new HeaderRewriteRoot());
