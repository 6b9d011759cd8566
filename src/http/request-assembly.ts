/**
 * Gathers the fields of one request head, whichever version it came in, and checks them as a whole at the end.
 *
 * Stateful so that the three readers share every rule; a single instance serves all requests of a shard, one after
 * the other, since reading a head never waits.
 * @module
 */
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { canonicalAuthority } from "./authority.ts";
import { canonicalContentLength, parseContentLength } from "./content-length.ts";
import type { FieldKind } from "./field-kind.ts";
import { CONTENT_LENGTH, COOKIE, HOST } from "./field-kind.ts";
import type { HeadLimits } from "./head-limits.ts";
import type { RequestHead } from "./head.ts";
import { isFieldValue, isToken } from "./header-syntax.ts";
import { canonicalPath } from "./path.ts";

export class RequestAssembly {
  method: string | undefined = undefined;
  scheme: string | undefined = undefined;
  authority: string | undefined = undefined;
  target: string | undefined = undefined;
  protocol: string | undefined = undefined;
  /** Declared body length, -1 when none was. */
  contentLength = -1;
  #host: string | undefined = undefined;
  #contentLengthText = "";
  #cookieAt = -1;
  #fields: string[] = [];
  #used = 0;
  #count = 0;
  #bytes = 0;
  #limits: HeadLimits | undefined = undefined;

  /**
   * Starts a head whose fields are written to `fields`, from its start. The array may be the one that is being read:
   * no more is ever written than was read.
   */
  begin(fields: string[], limits: HeadLimits): void {
    this.method = undefined;
    this.scheme = undefined;
    this.authority = undefined;
    this.target = undefined;
    this.protocol = undefined;
    this.contentLength = -1;
    this.#host = undefined;
    this.#contentLengthText = "";
    this.#cookieAt = -1;
    this.#fields = fields;
    this.#used = 0;
    this.#count = 0;
    this.#bytes = 0;
    this.#limits = limits;
  }

  /** Counts a field against the limits, before anything else is done with it. */
  count(name: string, value: string): Failure | undefined {
    const limits = this.#limits as HeadLimits;
    if (++this.#count > limits.maxHeadersCount) return FAILURES.tooManyRequestHeaders;
    this.#bytes += name.length + value.length;
    if (this.#bytes > limits.maxHeadersBytes) return FAILURES.requestHeaderFieldsTooLarge;
    return undefined;
  }

  /** Whether a regular field was seen: no pseudo-header may follow it (RFC 9114 §4.3). */
  get hasFields(): boolean {
    return this.#used > 0 || this.#host !== undefined;
  }

  get hasHost(): boolean {
    return this.#host !== undefined;
  }

  /** Takes a regular field that is kept, with a valid name. */
  add(name: string, kind: FieldKind, value: string): Failure | undefined {
    if (!isFieldValue(value)) return FAILURES.invalidHeaderValue;
    if (kind === HOST) return this.#addHost(value);
    if (kind === COOKIE) return this.#addCookie(value);
    if (kind === CONTENT_LENGTH) return this.#addContentLength(value);
    this.#push(name, value);
    return undefined;
  }

  /** Completes `head`, or says why it may not be. What is in a refused head has passed all the same, and may be logged. */
  finish(head: RequestHead): Failure | undefined {
    this.#fields.length = this.#used;
    this.#fields = [];
    const { method, scheme } = this;
    if (method === undefined) return FAILURES.missingMethod;
    if (!isToken(method)) return FAILURES.invalidMethod;
    head.method = method;
    if (method === "CONNECT") return FAILURES.connectNotSupported;
    if (this.protocol !== undefined) return FAILURES.invalidPseudoHeader;
    if (scheme === undefined) return FAILURES.missingScheme;
    head.scheme = scheme === "https" || scheme === "http" ? scheme : scheme.toLowerCase();
    if (head.scheme !== "https" && head.scheme !== "http") {
      head.scheme = "";
      return FAILURES.invalidScheme;
    }
    return this.#finishAuthority(head) ?? this.#finishPath(head);
  }

  /** Ends a head that failed early: what was gathered so far is all that it has. */
  abandon(failure: Failure): Failure {
    this.#fields.length = this.#used;
    this.#fields = [];
    return failure;
  }

  #finishAuthority(head: RequestHead): Failure | undefined {
    const raw = this.authority ?? this.#host;
    if (raw === undefined || raw === "") return FAILURES.missingAuthority;
    const authority = canonicalAuthority(raw, head.scheme);
    if (authority === undefined) return FAILURES.invalidAuthority;
    if (this.authority !== undefined && this.#host !== undefined && this.#host !== raw) {
      if (canonicalAuthority(this.#host, head.scheme) !== authority) return FAILURES.authorityMismatch;
    }
    head.authority = authority;
    return undefined;
  }

  #finishPath(head: RequestHead): Failure | undefined {
    const { target } = this;
    if (target === undefined) return FAILURES.missingPath;
    const path = target === "*" && head.method === "OPTIONS" ? target : canonicalPath(target);
    if (path === undefined) return FAILURES.invalidPath;
    head.path = path;
    return undefined;
  }

  #addHost(value: string): Failure | undefined {
    if (this.#host !== undefined) return FAILURES.invalidAuthority;
    this.#host = value;
    return undefined;
  }

  /** Clients may split cookies into many fields; only HTTP/2 and HTTP/3 know what that means (RFC 9114 §4.2.1). */
  #addCookie(value: string): Failure | undefined {
    const at = this.#cookieAt;
    if (at === -1) {
      this.#cookieAt = this.#used + 1;
      this.#push("cookie", value);
    } else {
      const crumbs = this.#fields[at] as string;
      // An empty crumb must not leave a separator, and so white space, at an end.
      if (crumbs === "") this.#fields[at] = value;
      else if (value !== "") this.#fields[at] = `${crumbs}; ${value}`;
    }
    return undefined;
  }

  #addContentLength(value: string): Failure | undefined {
    if (this.contentLength >= 0) {
      return value === this.#contentLengthText ? undefined : FAILURES.conflictingContentLength;
    }
    const length = parseContentLength(value);
    if (length < 0) return FAILURES.invalidContentLength;
    this.contentLength = length;
    this.#contentLengthText = value;
    this.#push("content-length", canonicalContentLength(value, length));
    return undefined;
  }

  #push(name: string, value: string): void {
    const fields = this.#fields;
    fields[this.#used] = name;
    fields[this.#used + 1] = value;
    this.#used += 2;
  }
}
