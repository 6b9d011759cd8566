/** One array with the bytes of all; a single chunk is given back as it is. */
export function joinChunks(chunks: readonly Uint8Array[], totalBytes: number): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const joined = new Uint8Array(totalBytes);
  let offset = 0;
  for (let i = 0; i < chunks.length; i++) {
    const chunk = chunks[i] as Uint8Array;
    joined.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return joined;
}
