import { isIP } from "node:net";
import type { ConnectionOptions, SecureContext } from "node:tls";
import { checkServerIdentity, createSecureContext, rootCertificates } from "node:tls";
import type { BackendOptions, BackendTls } from "./backend-options.ts";

/** What the backend may choose from by ALPN (RFC 7301), best first. */
const PROTOCOLS = ["h2", "http/1.1"];

/**
 * Trust as configured, or undefined for the runtime's own. Made once per backend: reading a hundred root certificates
 * takes milliseconds. Throws when `ca` holds no certificate.
 */
function createTrust(tls: BackendTls): SecureContext | undefined {
  if (tls.ca === undefined) return undefined;
  return createSecureContext({ ca: tls.isCaExclusive === true ? tls.ca : [...rootCertificates, tls.ca] });
}

/** Options of `tls.connect` for a backend, without its address. */
export function tlsConnectOptions(options: BackendOptions): ConnectionOptions {
  const { tls, host } = options;
  const name = tls.servername ?? host;
  const trust = createTrust(tls);
  return {
    ALPNProtocols: PROTOCOLS,
    rejectUnauthorized: tls.verify,
    // Told the name: the runtime would take the address when no SNI is sent.
    checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
    // An address is no server name (RFC 6066 §3).
    servername: tls.sendSni && isIP(name) === 0 ? name : "",
    ...(trust === undefined ? {} : { secureContext: trust }),
  };
}
