/**
 * The certificates of a listener, read and checked once, in the forms that the QUIC and the TCP side take.
 * @module
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContext } from "node:tls";
import type { CertificateConfig, TlsConfig } from "../config/model.ts";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { SpookyError } from "../errors/spooky-error.ts";

/** SNI name of the identity for clients that ask for no name, or for one that there is no certificate for. */
const DEFAULT_NAME = "*";

interface Identity {
  readonly key: KeyObject;
  readonly keyPem: Buffer;
  readonly chainPem: Buffer;
}

/** What `node:quic` takes for one SNI name. */
interface QuicIdentity {
  readonly keys: readonly KeyObject[];
  readonly certs: readonly Uint8Array[];
}

/** Reads all certificates and keys of a listener. Throws a `SpookyError` that names the file which is at fault. */
export function loadTlsIdentities(config: TlsConfig): TlsIdentities {
  const byName = new Map<string, Identity>();
  for (const certificate of config.certificates) byName.set(certificate.server_name, loadNamed(certificate));
  if (config.cert !== undefined && config.key !== undefined) {
    byName.set(DEFAULT_NAME, loadIdentity(config.cert, config.key));
  }
  const [first] = byName.values();
  if (first === undefined) throw new SpookyError(FAILURES.tlsCertificateMissing, "the listener has no certificate");
  return new TlsIdentities(byName, byName.get(DEFAULT_NAME) ?? first);
}

export class TlsIdentities {
  readonly #byName: ReadonlyMap<string, Identity>;
  readonly #default: Identity;
  readonly #contexts = new Map<string, SecureContext>();

  constructor(byName: ReadonlyMap<string, Identity>, defaultIdentity: Identity) {
    this.#byName = byName;
    this.#default = defaultIdentity;
    for (const [name, identity] of byName) this.#contexts.set(name, contextOf(identity));
  }

  /** Identities by SNI name, `*` for the default. */
  quicContexts(): Record<string, QuicIdentity> {
    const contexts: Record<string, QuicIdentity> = { [DEFAULT_NAME]: quicIdentity(this.#default) };
    for (const [name, identity] of this.#byName) contexts[name] = quicIdentity(identity);
    return contexts;
  }

  /** PEM text of the default certificate chain and key. */
  defaultPem(): { readonly cert: Buffer; readonly key: Buffer } {
    return { cert: this.#default.chainPem, key: this.#default.keyPem };
  }

  /** The context for an SNI name, or undefined when the default is to be used. */
  contextFor(serverName: string): SecureContext | undefined {
    return this.#contexts.get(serverName.toLowerCase());
  }

  /** Secret bytes that are the same wherever this key is used; for deriving further secrets only. */
  secretSeed(): Uint8Array {
    return this.#default.keyPem;
  }
}

function loadNamed(certificate: CertificateConfig): Identity {
  const identity = loadIdentity(certificate.cert, certificate.key);
  const leaf = new X509Certificate(identity.chainPem);
  if (leaf.checkHost(certificate.server_name) === undefined) {
    throw new SpookyError(
      FAILURES.tlsServerNameMismatch,
      `${certificate.cert} is not valid for ${certificate.server_name}`,
    );
  }
  return identity;
}

function loadIdentity(certPath: string, keyPath: string): Identity {
  const chainPem = read(certPath, FAILURES.tlsCertificateMissing);
  const keyPem = read(keyPath, FAILURES.tlsKeyMissing);
  const leaf = parse(() => new X509Certificate(chainPem), FAILURES.tlsCertificateUnreadable, certPath);
  const key = parse(() => createPrivateKey(keyPem), FAILURES.tlsKeyUnreadable, keyPath);
  if (!leaf.checkPrivateKey(key)) {
    throw new SpookyError(FAILURES.tlsKeyMismatch, `${keyPath} is not the key of ${certPath}`);
  }
  return { key, keyPem, chainPem };
}

function read(path: string, missing: Failure): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new SpookyError(missing, path, { cause, place: { file: path } });
  }
}

function parse<T>(make: () => T, unreadable: Failure, path: string): T {
  try {
    return make();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SpookyError(unreadable, `${path}: ${reason}`, { cause, place: { file: path } });
  }
}

function contextOf(identity: Identity): SecureContext {
  return createSecureContext({ cert: identity.chainPem, key: identity.keyPem });
}

function quicIdentity(identity: Identity): QuicIdentity {
  return { keys: [identity.key], certs: [identity.chainPem] };
}
