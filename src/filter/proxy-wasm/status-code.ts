/**
 * The number of a final response's status code (RFC 9110 §15), or undefined for what is none: informational responses
 * have a way of their own, and 101 does not exist in HTTP/3.
 */
export function parseStatus(text: string): number | undefined {
  if (!/^\d{3}$/.test(text)) return undefined;
  const status = Number(text);
  return isFinalStatus(status) ? status : undefined;
}

/** Whether a response may end an exchange with this status. */
export function isFinalStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 599;
}
