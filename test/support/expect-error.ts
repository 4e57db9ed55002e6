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
