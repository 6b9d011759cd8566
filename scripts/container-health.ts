/**
 * Health check of the container image: exit code 0 when the control API says that the proxy is well, else 1. The image
 * holds no other HTTP client. `SPOOKY_HEALTH_URL` names another address than the default one.
 * @module
 */
const url: string = process.env["SPOOKY_HEALTH_URL"] ?? "http://127.0.0.1:9902/health";

try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
  process.exit(answer.ok ? 0 : 1);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

export {};
