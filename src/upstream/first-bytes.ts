const SETTINGS = 0x4;
const GOAWAY = 0x7;

/** Whether these are the first bytes of an HTTP/2 server: a SETTINGS or GOAWAY frame on stream 0 (RFC 9113 §3.4). */
export function looksLikeHttp2(bytes: Uint8Array): boolean {
  if (bytes.length < 9 || (bytes[3] !== SETTINGS && bytes[3] !== GOAWAY)) return false;
  return bytes[5] === 0 && bytes[6] === 0 && bytes[7] === 0 && bytes[8] === 0;
}

/** Whether these are the first bytes of a TLS server that did not get a handshake: an alert (RFC 8446 §5.1, §6). */
export function looksLikeTls(bytes: Uint8Array): boolean {
  return bytes.length >= 3 && bytes[0] === 0x15 && bytes[1] === 0x03;
}
