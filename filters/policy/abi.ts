/** Version of the policy ABI that these modules are written for; see docs/policy-abi.md. */
export const POLICY_ABI_VERSION: i32 = 1;

/** "Nothing matched" and "nobody may be chosen". */
export const NONE: i32 = -1;
