import type { UpstreamTlsConfig } from "../model.ts";
import { block } from "./block.ts";
import { filePath, flag, text } from "./fields.ts";
import type { Schema } from "./schema.ts";

/** `upstream_tls` and `upstream.<name>.tls`. Paths are still as written. */
export const upstreamTlsSchema: Schema<UpstreamTlsConfig> = block(
  {
    verify_certificates: flag().default(true),
    strict_sni: flag().default(true),
    ca_file: filePath().optional(),
    ca_dir: text("the path of a directory").optional(),
  },
  { notYet: ["client_certificate", "client_certificate_ref", "client_key", "client_key_ref"] },
);
