import { expect, test } from "bun:test";
import { parseConfig } from "../../config/parse-config.ts";
import type { DevelopmentCertificate } from "./certificate.ts";
import { demoConfig } from "./demo-config.ts";
import { trustCommands, welcomeText } from "./welcome.ts";

const CERTIFICATE: DevelopmentCertificate = {
  authorityPath: "/var/tmp/state/development-ca.pem",
  certificatePath: "/var/tmp/state/localhost.pem",
  keyPath: "/var/tmp/state/localhost-key.pem",
  validUntil: new Date("2027-03-04T05:06:07Z"),
  isNew: true,
};

function welcome(change: (yaml: string) => string = (yaml) => yaml): string {
  const result = parseConfig(change(demoConfig(CERTIFICATE)), "spooky.yaml");
  if ("errors" in result) throw new Error(JSON.stringify(result.errors));
  return welcomeText(result.config, "/var/tmp/spooky.yaml", CERTIFICATE);
}

test("says where it serves, what to try, and how to trust it", () => {
  const text = welcome();
  expect(text).toContain("https://localhost:9889 ");
  expect(text).toContain("curl --http3-only");
  expect(text).toContain("http://127.0.0.1:9901/metrics");
  expect(text).toContain("http://127.0.0.1:9902/health");
  expect(text).toContain("2027-03-04");
  expect(text).toContain(CERTIFICATE.authorityPath);
});

test("speaks of the config that is used, not of the one it would have written", () => {
  const text = welcome((yaml) => yaml.replace("port: 9889", "port: 8443").replace("port: 9901", "enabled: false"));
  expect(text).toContain("https://localhost:8443 ");
  expect(text).not.toContain("9901");
});

test("an IPv6 address stands in brackets", () => {
  const text = welcome((yaml) => yaml.replace("address: 127.0.0.1", 'address: "fd00::1"'));
  expect(text).toContain("https://[fd00::1]:9889 ");
});

test("a path with blanks or quotes is quoted for the shell", () => {
  const [command = ""] = trustCommands("/tmp/it's here/ca.pem");
  expect(command).toContain(`'/tmp/it'\\''s here/ca.pem'`);
});
