/**
 * Request heads of HTTP/3 and HTTP/2, as the wire libraries give them: nothing of them can be relied upon. Rules of RFC
 * 9114 §4.2 to §4.4, RFC 9113 §8.2, §8.3 and RFC 9110 §5, §7.2, §8.6.
 * @module
 */
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { CONNECTION, fieldKind, INVALID, TE, TRANSFER_ENCODING, UPGRADE } from "./field-kind.ts";
import type { FieldDictionary } from "./field-dictionary.ts";
import type { HeadLimits } from "./head-limits.ts";
import type { RequestHead } from "./head.ts";
import { RequestAssembly } from "./request-assembly.ts";

const COLON = 0x3a;

const assembly: RequestAssembly = new RequestAssembly();

/**
 * Reads a flat array of names and values, pseudo-headers included, that `head.headers` was made over, in place.
 * Returns the declared content-length, -1 when there is none, or the failure to answer with; a head that failed holds
 * only parts that had passed.
 */
export function readRequestFields(head: RequestHead, limits: HeadLimits): number | Failure {
  const { fields } = head.headers;
  assembly.begin(fields, limits);
  const end = fields.length;
  for (let i = 0; i < end; i += 2) {
    const failure = readField(fields[i] as string, fields[i + 1] as string);
    if (failure !== undefined) return assembly.abandon(failure);
  }
  return assembly.finish(head) ?? assembly.contentLength;
}

/** Reads a dictionary into an empty head; otherwise as {@link readRequestFields}. */
export function readRequestDictionary(
  head: RequestHead,
  dictionary: FieldDictionary,
  limits: HeadLimits,
): number | Failure {
  assembly.begin(head.headers.fields, limits);
  let isLeading = true;
  let deferred: string[] | undefined;
  for (const name in dictionary) {
    const value = dictionary[name];
    // Objects list names such as "1" before all others, wherever they came: they say nothing about the order.
    if (isLeading && isIndex(name)) {
      deferred ??= [];
      deferred.push(name);
      continue;
    }
    isLeading = false;
    const failure = readValues(name, value);
    if (failure !== undefined) return assembly.abandon(failure);
  }
  if (deferred !== undefined) {
    for (const name of deferred) {
      const failure = readValues(name, dictionary[name]);
      if (failure !== undefined) return assembly.abandon(failure);
    }
  }
  return assembly.finish(head) ?? assembly.contentLength;
}

function readValues(name: string, values: string | readonly string[] | undefined): Failure | undefined {
  if (typeof values === "string") return readField(name, values);
  if (values === undefined) return FAILURES.invalidHeaderValue;
  for (let i = 0; i < values.length; i++) {
    const failure = readField(name, values[i] as string);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function isIndex(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 0x30 && first <= 0x39 && /^(?:0|[1-9]\d*)$/.test(name);
}

function readField(name: string, value: string): Failure | undefined {
  const failure = assembly.count(name, value);
  if (failure !== undefined) return failure;
  if (name.charCodeAt(0) === COLON) return readPseudoHeader(name, value);
  const kind = fieldKind(name);
  switch (kind) {
    case INVALID:
      return FAILURES.invalidHeaderName;
    case CONNECTION:
    case TRANSFER_ENCODING:
      return FAILURES.connectionSpecificHeader;
    case UPGRADE:
      return FAILURES.unsupportedUpgrade;
    case TE:
      if (value !== "trailers") return FAILURES.connectionSpecificHeader;
      break;
    default:
  }
  return assembly.add(name, kind, value);
}

function readPseudoHeader(name: string, value: string): Failure | undefined {
  if (assembly.hasFields) return FAILURES.invalidPseudoHeader;
  switch (name) {
    case ":method":
      if (assembly.method !== undefined) return FAILURES.duplicatePseudoHeader;
      assembly.method = value;
      return undefined;
    case ":scheme":
      if (assembly.scheme !== undefined) return FAILURES.duplicatePseudoHeader;
      assembly.scheme = value;
      return undefined;
    case ":authority":
      if (assembly.authority !== undefined) return FAILURES.duplicatePseudoHeader;
      assembly.authority = value;
      return undefined;
    case ":path":
      if (assembly.target !== undefined) return FAILURES.duplicatePseudoHeader;
      assembly.target = value;
      return undefined;
    case ":protocol":
      if (assembly.protocol !== undefined) return FAILURES.duplicatePseudoHeader;
      assembly.protocol = value;
      return undefined;
    default:
      return FAILURES.invalidPseudoHeader;
  }
}
