let state: u64 = 0;

/** Starts the sequence; every shard has another seed, so that they do not all choose alike. */
export function seedRandom(seed: u32): void {
  state = <u64>seed * 0x9e3779b97f4a7c15 + 0x2545f4914f6cdd1d;
}

/** 32 random bits (SplitMix64, upper half): not for secrets. */
export function nextRandom(): u32 {
  state += 0x9e3779b97f4a7c15;
  let mixed = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111eb;
  return <u32>(mixed >>> 32);
}

/** A random number below `limit`, by multiplication: the bias is below limit in 2^32. */
export function randomBelow(limit: u32): u32 {
  return <u32>((<u64>nextRandom() * <u64>limit) >>> 32);
}
