/** `veilshare sum`: the sum of all parties' figures, row by row, and nobody's own. */

import { secureSum } from "../../aggregation/secure-sum.js";
import { decimalText, scaledInteger } from "../../table/scaled-integer.js";
import { invalidData, placeOf, textColumn } from "../../table/table.js";
import { declareData, readData, writeResult } from "../data.js";
import { numberOption, optionFault, requiredText, textOption } from "../option-values.js";
import { declareSession, withSession } from "../session.js";
import type { Verb, VerbOptions } from "../verb.js";

const mostDecimals = 12;

/** Adds figures up. */
export const sumVerb: Verb = {
  name: "sum",
  summary: "add up the parties' figures, line by line; nobody's own becomes known",
  example:
    "veilshare sum --identity a.key.json --parties parties.json --in figures.csv --value amount --by region --decimals 2 --max-abs 1000000 --out total.csv",
  declare(command) {
    declareSession(command);
    declareData(command);
    command
      .requiredOption("--value <column>", "the column of figures")
      .requiredOption("--max-abs <number>", "no party's figure is further from 0; the same at every party")
      .option("--by <column>", "what each line is for: the same texts in the same order at every party")
      .option("--decimals <number>", "decimals that count; the same at every party. Default: 0");
  },
  async run(options, terminal) {
    const [value, by] = [requiredText(options, "value"), textOption(options, "by")];
    const decimals = numberOption(options, "decimals", { min: 0, max: mostDecimals }) ?? 0;
    const table = await readData(options, by === undefined ? [value] : [value, by]);
    const figures = BigInt64Array.from(textColumn(table, value), (cell, row) => {
      const figure = scaledInteger(cell, decimals);
      if (figure !== undefined) return figure;
      const expected = `a decimal number with at most ${decimals} decimals`;
      throw invalidData(placeOf(table, row, value), expected, "something else");
    });
    const labels = by === undefined ? undefined : textColumn(table, by);
    const maxAbs = bound(options, decimals);
    const sums = await withSession(options, terminal, async (party) => {
      await party.run({ name: "veilshare/cli-sum", version: 1 }, (run) =>
        run.agree({ decimals, labels: labels === undefined ? [] : [...labels] }),
      );
      return secureSum(party, figures, { maxAbs });
    });
    const rows = Array.from(sums, (sum, row) => [
      labels?.[row] ?? String(row + 1),
      decimalText(sum, decimals),
    ]);
    const written = await writeResult(options, [by ?? "line", "sum"], rows);
    terminal.result([...rows.map(([label, sum]) => `${label ?? ""}: ${sum ?? ""}`), ...written], {
      sums: rows.map(([label, sum]) => ({ label, sum })),
    });
  },
};

function bound(options: VerbOptions, decimals: number): bigint {
  const text = requiredText(options, "maxAbs");
  const maxAbs = scaledInteger(text, decimals);
  if (maxAbs !== undefined && maxAbs > 0n) return maxAbs;
  throw optionFault("--max-abs", `a number above 0 with at most ${decimals} decimals`, JSON.stringify(text));
}
