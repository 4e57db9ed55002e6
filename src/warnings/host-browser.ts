/** Warnings in browsers. Chosen by the package's `imports` map. */

/** An event of the page or worker; nothing else is left to do. */
export function emitWarning(code: string, message: string): void {
  globalThis.dispatchEvent(new CustomEvent("veilshare-warning", { detail: `${code}: ${message}` }));
}
