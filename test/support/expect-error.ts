import { expect } from "vitest";
import { VeilshareError, type ErrorCode, type ErrorDetails } from "../../dist/errors.js";

/** Runs `action`, expects it to throw an error of this package with `code`, and returns it. */
export function expectError(
  action: () => unknown,
  code: ErrorCode,
  details: ErrorDetails = {},
): VeilshareError {
  let thrown: unknown;
  try {
    action();
  } catch (error) {
    thrown = error;
  }
  expect(thrown, "expected an error").toBeInstanceOf(VeilshareError);
  const error = thrown as VeilshareError; // checked in the line before
  expect(error).toMatchObject({ code, ...details });
  return error;
}

/** The same for a promise, or for an action that throws. */
export async function expectCode(
  action: Promise<unknown> | (() => unknown),
  code: ErrorCode,
  details: ErrorDetails = {},
): Promise<VeilshareError> {
  const promise = typeof action === "function" ? Promise.resolve().then(action) : action;
  const [outcome] = await Promise.allSettled([promise]);
  const rethrow = (): void => {
    if (outcome.status === "rejected") throw outcome.reason;
  };
  return expectError(rethrow, code, details);
}
