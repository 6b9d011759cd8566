/** `upstream.api.backends[0].address`; a key that is no plain word is quoted. */
export function formatKeyPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else {
      const key = String(step);
      const shown = /^[\w-]+$/u.test(key) ? key : JSON.stringify(key);
      text += text === "" ? shown : `.${shown}`;
    }
  }
  return text;
}
