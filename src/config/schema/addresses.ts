/**
 * Addresses to listen on.
 * @module
 */
import { FAILURES } from "../../errors/catalogue.ts";
import { isLoopbackAddress, normalizeIpAddress } from "../host-name.ts";
import { z } from "../zod.ts";
import { type Schema, refuse } from "./schema.ts";

/** Any IP address, or `localhost` for 127.0.0.1. */
export function listenAddress(): Schema<string> {
  return ipAddress("an IP address");
}

/** An IP address of this machine only: what is served there has no protection of its own yet. */
export function loopbackAddress(): Schema<string> {
  const expected = "a loopback address, such as 127.0.0.1 or ::1";
  return ipAddress(expected).refine(isLoopbackAddress, { error: expected });
}

function ipAddress(expected: string): Schema<string> {
  return z.string({ error: expected }).transform((given, context) => {
    const address = given.toLowerCase() === "localhost" ? "127.0.0.1" : normalizeIpAddress(given);
    if (address !== undefined) return address;
    refuse(context, [], FAILURES.configValue.message, { failure: FAILURES.configValue, expected });
    return z.NEVER;
  });
}
