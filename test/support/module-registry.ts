import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { createHash } from "node:crypto";
import { certificate } from "./proxy.ts";

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** One file as a tar archive, as `tar` of the ustar format writes it. */
export function tarOf(name: string, content: Uint8Array): Uint8Array {
  const header = Buffer.alloc(512);
  header.write(name, 0, "latin1");
  header.write("0000644\0", 100, "latin1");
  header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  header.write("        ", 148, "latin1");
  header.write("0", 156, "latin1");
  header.write("ustar\u000000", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}

interface Layer {
  readonly mediaType: string;
  readonly content: Uint8Array;
}

/** A web server with a module on it that is a registry too (OCI distribution specification), over TLS on loopback. */
export class ModuleRegistry {
  readonly port: number;
  /** Requests that were answered. */
  requestCount = 0;
  /** Asks for a token, which everybody is given, before anything else. */
  wantsToken = false;
  readonly #contents = new Map<string, { type: string; content: Uint8Array }>();
  readonly #server: ReturnType<typeof Bun.serve>;

  constructor() {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      tls: { cert: readFileSync(certificate.certificatePath), key: readFileSync(certificate.keyPath) },
      fetch: (request) => this.#answer(request),
    });
    this.port = this.#server.port ?? 0;
  }

  /** Serves a file; gives its address. */
  addFile(path: string, content: Uint8Array): string {
    this.#contents.set(path, { type: "application/wasm", content });
    return `https://localhost:${this.port}${path}`;
  }

  /** Serves an image with these layers; gives its reference. */
  addImage(repository: string, layers: readonly Layer[]): string {
    const descriptors = layers.map(({ mediaType, content }) => {
      const digest = `sha256:${sha256(content)}`;
      this.#contents.set(`/v2/${repository}/blobs/${digest}`, { type: "application/octet-stream", content });
      return { mediaType, digest, size: content.length };
    });
    const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, layers: descriptors }));
    const digest = `sha256:${sha256(manifest)}`;
    this.#contents.set(`/v2/${repository}/manifests/${digest}`, { type: MANIFEST_TYPE, content: manifest });
    return `oci://localhost:${this.port}/${repository}:latest@${digest}`;
  }

  /** Puts other content in the place of a blob, so that its digest is wrong. */
  damage(content: Uint8Array): void {
    for (const entry of this.#contents.values()) if (entry.content === content) entry.content = new Uint8Array([0]);
  }

  stop(): void {
    void this.#server.stop(true);
  }

  #answer(request: Request): Response {
    this.requestCount++;
    const url = new URL(request.url);
    if (url.pathname === "/token") return Response.json({ token: `for ${url.searchParams.get("scope")}` });
    const repository = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(url.pathname)?.[1];
    const scope = `repository:${repository}:pull`;
    if (this.wantsToken && repository !== undefined && request.headers.get("authorization") !== `Bearer for ${scope}`) {
      const challenge = `Bearer realm="https://localhost:${this.port}/token",service="here",scope="${scope}"`;
      return new Response("", { status: 401, headers: { "www-authenticate": challenge } });
    }
    const found = this.#contents.get(url.pathname);
    if (found === undefined) return new Response("", { status: 404 });
    return new Response(new Uint8Array(found.content), { headers: { "content-type": found.type } });
  }
}

/** The layouts that tools make of a module. */
export const LAYOUTS: Readonly<Record<string, (module: Uint8Array) => Layer[]>> = {
  "a single layer that is the module": (module) => [
    { mediaType: "application/vnd.module.wasm.content.layer.v1+wasm", content: module },
  ],
  "an archive with plugin.wasm in it": (module) => [
    { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", content: gzipSync(tarOf("plugin.wasm", module)) },
  ],
  "a layer of configuration beside the module": (module) => [
    { mediaType: "application/vnd.module.wasm.config.v1+json", content: Buffer.from("{}") },
    { mediaType: "application/wasm", content: module },
  ],
};
