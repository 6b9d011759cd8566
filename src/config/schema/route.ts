import { FAILURES } from "../../errors/catalogue.ts";
import { normalizeHostPattern } from "../host-name.ts";
import type { RouteConfig } from "../model.ts";
import { normalizePathPrefix } from "../path-prefix.ts";
import { z } from "../zod.ts";
import { block } from "./block.ts";
import { type Schema, refuse } from "./schema.ts";

const HOST = "a host name, an IP address, or *. and a host name";
const PATH_PREFIX = "a path that begins with /";
const METHOD = "an HTTP method";

const host: Schema<string> = z.string({ error: HOST }).transform((given, context) => {
  const pattern = normalizeHostPattern(given);
  if (pattern !== undefined) return pattern;
  const hasPort = normalizeHostPattern(given.replace(/:[0-9]+$/u, "")) !== undefined;
  refuse(context, [], FAILURES.configValue.message, {
    failure: FAILURES.configValue,
    expected: HOST,
    ...(hasPort ? { hint: "remove the port: routes match on the host alone" } : {}),
  });
  return z.NEVER;
});

const pathPrefix: Schema<string> = z.string({ error: PATH_PREFIX }).transform((given, context) => {
  const prefix = normalizePathPrefix(given);
  if (prefix !== undefined) return prefix;
  refuse(context, [], FAILURES.configValue.message, {
    failure: FAILURES.configValue,
    expected: PATH_PREFIX,
    ...(given.startsWith("/") ? { hint: "it may hold no query, no white space, and no broken percent-encoding" } : {}),
  });
  return z.NEVER;
});

const method: Schema<string> = z.string({ error: METHOD }).transform((given, context) => {
  const name = given.toUpperCase();
  if (name === "CONNECT") {
    refuse(context, [], "CONNECT is not supported yet", { failure: FAILURES.configNotSupported });
    return z.NEVER;
  }
  if (/^[!#$%&'*+\-.^_`|~0-9A-Z]+$/u.test(name)) return name;
  refuse(context, [], FAILURES.configValue.message, { failure: FAILURES.configValue, expected: METHOD });
  return z.NEVER;
});

/** `upstream.<name>.route`. */
export const routeSchema: Schema<RouteConfig> = block({
  host: host.optional(),
  path_prefix: pathPrefix.optional(),
  method: method.optional(),
}).superRefine((route, context) => {
  if (route.host !== undefined || route.path_prefix !== undefined) return;
  refuse(context, ["path_prefix"], "the route has neither host nor path_prefix", {
    failure: FAILURES.configMissingKey,
    expected: "host, path_prefix or both",
    hint: "path_prefix: / matches every path",
  });
});
