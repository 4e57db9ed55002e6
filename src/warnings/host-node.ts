/** Warnings in Node. Chosen by the package's `imports` map. */

/** A warning of the process, which shows it on standard error. */
export function emitWarning(code: string, message: string): void {
  process.emitWarning(message, { type: "VeilshareWarning", code });
}
