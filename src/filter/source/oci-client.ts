/**
 * Fetches modules from registries (OCI distribution specification 1.1), in the three layouts that there are: one layer
 * that is the module; one layer that is a compressed archive with the module in it (`plugin.wasm`); a layer of
 * configuration beside one that is the module.
 * @module
 */
import { gunzipSync } from "node:zlib";
import { type FetchedBytes, fetchBytes, MAX_MODULE_BYTES, unreachable } from "./fetch-bytes.ts";
import { sumOf } from "./module-cache.ts";
import type { OciReference } from "../../config/oci-reference.ts";
import { findTarMember } from "./tar-member.ts";

const MANIFEST_TYPES =
  "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
}

/** The module that a reference names. Throws `SPK_MODULE_UNREACHABLE` when it cannot be had whole and unchanged. */
export async function fetchOciModule(reference: OciReference): Promise<Uint8Array> {
  const registry = new Registry(reference);
  const manifest = await registry.get(
    `manifests/${reference.digest}`,
    reference.digest,
    MANIFEST_TYPES,
    MAX_MANIFEST_BYTES,
  );
  const layers = layersOf(manifest);
  const module = layers.find(({ mediaType }) => /wasm/.test(mediaType) && !/tar|config/.test(mediaType));
  if (module !== undefined) return registry.get(`blobs/${module.digest}`, module.digest);
  const archive = layers.findLast(({ mediaType }) => /tar[+.]gzip$/.test(mediaType));
  if (archive === undefined) throw unreachable(registry.name, "it has no layer with a module");
  return unpack(await registry.get(`blobs/${archive.digest}`, archive.digest), registry.name);
}

class Registry {
  readonly name: string;
  readonly #base: string;
  #authorization: string | undefined;

  constructor({ registry, repository, digest }: OciReference) {
    this.name = `oci://${registry}/${repository}@${digest}`;
    this.#base = `https://${registry}/v2/${repository}/`;
  }

  /** Content that has that digest. */
  async get(path: string, digest: string, accept = "*/*", maxBytes: number = MAX_MODULE_BYTES): Promise<Uint8Array> {
    const { status, bytes } = await this.#fetch(path, accept, maxBytes);
    if (status !== 200) throw unreachable(this.name, `the registry answers ${status} for ${path}`);
    if (`sha256:${sumOf(bytes)}` !== digest) throw unreachable(this.name, `what came for ${path} has another digest`);
    return bytes;
  }

  async #fetch(path: string, accept: string, maxBytes: number): Promise<FetchedBytes> {
    const url = this.#base + path;
    const first = await fetchBytes(url, this.#headers(accept), maxBytes);
    if (first.status !== 401 || this.#authorization !== undefined) return first;
    this.#authorization = await this.#authorize(first.headers.get("www-authenticate") ?? "");
    return fetchBytes(url, this.#headers(accept), maxBytes);
  }

  #headers(accept: string): Record<string, string> {
    return this.#authorization === undefined ? { accept } : { accept, authorization: this.#authorization };
  }

  /** Asks for the token that public repositories give to everybody. */
  async #authorize(challenge: string): Promise<string> {
    const parameters = new Map(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
    );
    const realm = parameters.get("realm");
    if (!challenge.startsWith("Bearer ") || realm === undefined) {
      throw unreachable(this.name, "the registry asks for credentials");
    }
    const url = new URL(realm);
    for (const key of ["service", "scope"]) {
      const value = parameters.get(key);
      if (value !== undefined) url.searchParams.set(key, value);
    }
    const { status, bytes } = await fetchBytes(url.href, {}, MAX_MANIFEST_BYTES);
    const answer: unknown = status === 200 ? parseJson(bytes) : undefined;
    const token = readText(answer, "token") ?? readText(answer, "access_token");
    if (token === undefined) throw unreachable(this.name, "the registry gives no token without credentials");
    return `Bearer ${token}`;
  }
}

function layersOf(manifest: Uint8Array): Descriptor[] {
  const parsed = parseJson(manifest);
  const layers: unknown = typeof parsed === "object" && parsed !== null ? Reflect.get(parsed, "layers") : undefined;
  if (!Array.isArray(layers)) return [];
  return layers.flatMap((layer: unknown) => {
    const mediaType = readText(layer, "mediaType");
    const digest = readText(layer, "digest");
    if (mediaType === undefined || digest === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest)) return [];
    return [{ mediaType, digest }];
  });
}

function unpack(archive: Uint8Array, name: string): Uint8Array {
  let unpacked: Uint8Array;
  try {
    unpacked = gunzipSync(archive, { maxOutputLength: 2 * MAX_MODULE_BYTES });
  } catch (cause) {
    throw unreachable(name, "its archive cannot be unpacked", cause);
  }
  const module = findTarMember(unpacked, "plugin.wasm", ".wasm");
  if (module === undefined) throw unreachable(name, "its archive holds no plugin.wasm, and not just one other .wasm");
  return module;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}

function readText(value: unknown, key: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found: unknown = Reflect.get(value, key);
  return typeof found === "string" ? found : undefined;
}
