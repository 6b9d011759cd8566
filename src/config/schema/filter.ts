import { FAILURES } from "../../errors/catalogue.ts";
import type { ConfigValue, FilterConfig } from "../model.ts";
import { parseOciReference } from "../oci-reference.ts";
import { z } from "../zod.ts";
import { block } from "./block.ts";
import { choice, filePath, sha256, text } from "./fields.ts";
import { filterLimitsSchema } from "./module-source.ts";
import { type Schema, refuse } from "./schema.ts";

/** Filters that ship with the proxy. */
const BUILTIN_FILTERS = [
  "ab-test",
  "basic-auth",
  "canary-split",
  "cors",
  "header-rewrite",
  "ip-allow-deny",
  "key-auth",
  "maintenance-page",
  "path-rewrite",
  "request-id",
  "response-cache-control",
  "security-headers",
] as const;

const configValue: Schema<ConfigValue> = z
  .custom<ConfigValue>(undefined, { error: "any value" })
  .superRefine((value, context) => {
    refuseUnlikeJson(context, [], value);
  });

function refuseUnlikeJson(context: Parameters<typeof refuse>[0], path: readonly PropertyKey[], value: unknown): void {
  if (typeof value === "number" && !Number.isFinite(value)) {
    refuse(context, path, FAILURES.configValue.message, {
      failure: FAILURES.configValue,
      expected: "a value that JSON can hold",
    });
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    refuseUnlikeJson(context, [...path, Array.isArray(value) ? Number(key) : key], inner);
  }
}

const httpsUrl: Schema<string> = z.string({ error: "an https address" }).superRefine((url, context) => {
  if (URL.parse(url)?.protocol === "https:") return;
  refuse(context, [], FAILURES.configValue.message, { failure: FAILURES.configValue, expected: "an https address" });
});

const OCI_FORM = "oci://host/repository@sha256:… with the digest of the manifest";

const ociReference: Schema<string> = z.string({ error: OCI_FORM }).superRefine((reference, context) => {
  if (parseOciReference(reference) !== undefined) return;
  refuse(context, [], FAILURES.configValue.message, { failure: FAILURES.configValue, expected: OCI_FORM });
});

const SOURCES = ["builtin", "file", "url", "oci"] as const;

/** A filter's module comes from one place, and one from another machine is pinned. */
function refuseUnclearFilter(filter: FilterConfig, context: Parameters<typeof refuse>[0]): void {
  const [given, second] = SOURCES.filter((source) => filter[source] !== undefined);
  if (given === undefined) {
    refuse(context, ["builtin"], "neither builtin, file, url nor oci is given", {
      failure: FAILURES.configMissingKey,
      expected: "builtin for a filter that ships with the proxy, or file, url or oci for another module",
    });
  } else if (second !== undefined) {
    refuse(context, [second], `both ${given} and ${second} are given`, {
      failure: FAILURES.configConflict,
      hint: "remove one of them",
    });
  }
  if (given === "url" && filter.sha256 === undefined) {
    refuse(context, ["sha256"], "url is given without sha256", {
      failure: FAILURES.configMissingKey,
      expected: "the SHA-256 of the module, which pins what is fetched",
    });
  }
  if (filter.sha256 !== undefined && (given === "builtin" || given === "oci")) {
    refuse(context, ["sha256"], `sha256 is given with ${given}`, {
      failure: FAILURES.configConflict,
      hint:
        given === "oci"
          ? "the digest in oci pins it already"
          : "modules that ship with the proxy have their sums built in",
    });
  }
}

const hostFunctionName = z
  .string({ error: "the name of a host function" })
  .regex(/^proxy_\w+$/u, { error: "the name of a host function, which begins with proxy_" });

const filterSchema: Schema<FilterConfig> = block({
  name: text("a name for the filter"),
  builtin: choice(BUILTIN_FILTERS).optional(),
  file: filePath().optional(),
  url: httpsUrl.optional(),
  oci: ociReference.optional(),
  sha256: sha256().optional(),
  config: configValue.optional(),
  upstreams: z.array(text("the name of an upstream"), { error: "a list of upstream names" }).default([]),
  capabilities: z.array(hostFunctionName, { error: "a list of names of host functions" }).optional(),
  root_id: z.string({ error: "text" }).default(""),
  on_failure: choice(["reload", "closed", "open"]).default("reload"),
  limits: filterLimitsSchema,
}).superRefine(refuseUnclearFilter);

/** `filters`, of the root and of each upstream. Paths are still as written. */
export const filterListSchema: Schema<FilterConfig[]> = z
  .array(filterSchema, { error: "a list of filters" })
  .superRefine((filters, context) => {
    const names = new Set<string>();
    for (const [index, { name }] of filters.entries()) {
      if (names.has(name)) {
        refuse(context, [index, "name"], `a second filter named ${name}`, {
          failure: FAILURES.configConflict,
          hint: "give each filter of a list a name of its own",
        });
      }
      names.add(name);
    }
  })
  .default([]);
