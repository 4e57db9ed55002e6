/** The example's command line. */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { VeilshareError } from "veilshare";
import { computations, defaultComputation, type Computation } from "veilshare/risk";
import type { OwnerReading } from "./owner-table.js";
import {
  ownerReading,
  ownerReadingOptions,
  ownerReadingUsage,
  type ReadingValues,
} from "./reading-options.js";

const usage =
  `usage: example:risk [--guest FILE --host FILE ${ownerReadingUsage}] ` +
  "[--computation two-party|replicated|dealer] [--folds N] [--disclose weights] [--out FOLDER] [--json]; " +
  "options of files also for one side: --guest-id ...";

/** What the user asked for. */
export interface Arguments {
  readonly computation: Computation;
  readonly guest: string;
  readonly host: string;
  readonly guestReading: OwnerReading;
  readonly hostReading: OwnerReading;
  readonly folds: number;
  /** Whether each owner is told the weights of its own columns. */
  readonly weights: boolean;
  /** A folder for scores and each party's part of the model. */
  readonly out: string | null;
  readonly json: boolean;
}

const defaultFolds = "3";
const allowedFolds: readonly number[] = [0, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/**
 * Reads the command line.
 *
 * @throws VeilshareError INVALID_ARGUMENT with the usage.
 */
export function readArguments(): Arguments {
  try {
    const values = parsed();
    const { guest, host } = values;
    const computation = computations.find((name) => name === (values["computation"] ?? defaultComputation));
    if (computation === undefined) throw new Error(`--computation is ${computations.join(" or ")}`);
    const folds = Number(values["folds"] ?? defaultFolds);
    if (!allowedFolds.includes(folds)) throw new Error("--folds is 0, or from 2 to 10");
    const { disclose, out } = values;
    if (disclose !== undefined && disclose !== "weights") throw new Error("--disclose is weights");
    if (out === "") throw new Error("--out is a folder");
    const common = {
      computation,
      folds,
      weights: disclose !== undefined,
      out: typeof out === "string" ? out : null,
      json: values["json"] === true,
    };
    const readings = {
      guestReading: ownerReading(values, "guest"),
      hostReading: ownerReading(values, "host"),
    };
    if (typeof guest === "string" && typeof host === "string") return { ...common, guest, host, ...readings };
    if (guest !== undefined || host !== undefined) throw new Error("--guest and --host go together");
    const given = [...Object.keys(readings.guestReading), ...Object.keys(readings.hostReading)];
    if (given.length > 0) throw new Error("options of files need --guest and --host");
    const example = (name: string): string =>
      fileURLToPath(new URL(`../../../examples/data/${name}`, import.meta.url));
    const data = { guest: example("german-credit-lender.csv"), host: example("german-credit-platform.csv") };
    return { ...common, ...data, guestReading: {}, hostReading: {} };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : "arguments that are not understood";
    throw new VeilshareError("INVALID_ARGUMENT", `${reason}; ${usage}`);
  }
}

function parsed(): ReadingValues {
  const text = { type: "string" } as const;
  const options = {
    ...Object.fromEntries(
      ["guest", "host", "computation", "folds", "disclose", "out"].map((name) => [name, text] as const),
    ),
    json: { type: "boolean" } as const,
    ...ownerReadingOptions(),
  };
  return parseArgs({ options }).values;
}
