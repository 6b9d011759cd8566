import { decodeBase64 } from "./base64";
import { ByteString } from "./bytes";
import { DIGEST_BYTES, sha256 } from "./sha256";
import { equalsInConstantTime } from "./text";

const PREFIX = "{SHA256}";

/** Digests of secrets, each with a name. Looking one up takes a time that does not tell which it was. */
export class SecretList {
  private readonly names: ByteString[] = [];
  private readonly digests: usize[] = [];
  private readonly asked: usize = heap.alloc(DIGEST_BYTES);

  get count(): i32 {
    return this.names.length;
  }

  /** Adds `{SHA256}` and the digest in base64; false when it is not that. */
  add(name: string, secret: string): bool {
    if (!secret.startsWith(PREFIX)) return false;
    const text = ByteString.from(secret.substring(PREFIX.length));
    const digest = heap.alloc(max(text.length, DIGEST_BYTES));
    if (decodeBase64(text.address, text.length, digest) != <isize>DIGEST_BYTES) return false;
    this.names.push(ByteString.from(name));
    this.digests.push(digest);
    return true;
  }

  /** The name that has this secret, or null. All are looked at. */
  find(address: usize, length: usize): ByteString | null {
    sha256(address, length, this.asked);
    let found = -1;
    for (let i = 0; i < this.digests.length; i++) {
      if (equalsInConstantTime(this.asked, this.digests[i], DIGEST_BYTES)) found = i;
    }
    return found < 0 ? null : this.names[found];
  }

  /** Whether one of the entries of that name has this secret. All are looked at. */
  holds(nameAddress: usize, nameLength: usize, address: usize, length: usize): bool {
    sha256(address, length, this.asked);
    let isFound = 0;
    for (let i = 0; i < this.digests.length; i++) {
      const name = this.names[i];
      const isNamed = name.length == nameLength && equalsInConstantTime(name.address, nameAddress, nameLength);
      const isSecret = equalsInConstantTime(this.asked, this.digests[i], DIGEST_BYTES);
      isFound |= i32(isNamed) & i32(isSecret);
    }
    return isFound != 0;
  }
}
