/** The same figures in the clear, which only an example that holds everybody's rows can compute; apart from the package. */

import type { FirmTask, GroupLine } from "./messages.js";

/** Is every shown figure that of the plain computation, and every group shown or withheld as it must be? */
export function matchesPlain(
  lines: readonly GroupLine[],
  firms: ReadonlyMap<string, FirmTask["rows"]>,
): boolean {
  return lines.every((line) => {
    const own = [...firms.values()].map((rows) => rows.filter(({ group }) => group === line.group));
    const values = own.flat().map(({ value }) => value);
    const contributors = own.filter((rows) => rows.length > 0).length;
    // Four, because variances are asked for; and nobody above half of the rows.
    const open = contributors >= 4 && own.every((rows) => rows.length <= values.length / 2);
    if (contributors !== line.contributors || open !== (line.status === "shown")) return false;
    return open ? figuresMatch(line, values) : line.mean === null && line.quartiles.length === 0;
  });
}

function figuresMatch(line: GroupLine, values: readonly number[]): boolean {
  const sorted = [...values].sort((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const near = (a: number | null, b: number): boolean =>
    a !== null && Math.abs(a - b) <= 1e-9 * Math.max(1, b);
  const quartiles = line.quartiles.every(({ lower, upper }, i) => {
    const right = sorted[Math.ceil(((i + 1) / 4) * sorted.length) - 1] ?? Number.NaN;
    return lower <= right && right <= upper;
  });
  return line.rows === values.length && near(line.mean, mean) && near(line.variance, variance) && quartiles;
}
