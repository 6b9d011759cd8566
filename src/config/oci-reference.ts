/** A module in a registry (OCI distribution specification), pinned by its digest. */
export interface OciReference {
  /** Host, and port if it is not 443. */
  readonly registry: string;
  readonly repository: string;
  /** `sha256:` and 64 lower-case hex digits: the digest of the manifest. */
  readonly digest: string;
}

const REFERENCE =
  /^oci:\/\/(?<registry>[a-zA-Z0-9.-]+(?::\d{1,5})?)\/(?<repository>[a-z0-9]+(?:[._/-][a-z0-9]+)*)(?::[\w.-]+)?@(?<digest>sha256:[0-9a-f]{64})$/;

/** Reads `oci://host/repository[:tag]@sha256:…`, or gives undefined. The tag is for people: the digest decides. */
export function parseOciReference(text: string): OciReference | undefined {
  const groups = REFERENCE.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { registry = "", repository = "", digest = "" } = groups;
  return { registry, repository, digest };
}
