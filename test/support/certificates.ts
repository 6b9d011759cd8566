import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDevelopmentCertificate } from "../../src/cli/demo/certificate.ts";

/** A certificate for localhost, 127.0.0.1 and ::1, and the authority to trust; all PEM. */
export interface TestCertificate {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

let made: Promise<TestCertificate> | undefined;

async function make(): Promise<TestCertificate> {
  const directory = mkdtempSync(join(tmpdir(), "spooky-certificate-"));
  try {
    const { authorityPath, certificatePath, keyPath } = await openDevelopmentCertificate(directory);
    const [authority, certificate, key] = [authorityPath, certificatePath, keyPath].map((path) =>
      readFileSync(path, "utf8"),
    ) as [string, string, string];
    return { authority, certificate, key };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Made once per test process. */
export function testCertificate(): Promise<TestCertificate> {
  made ??= make();
  return made;
}
