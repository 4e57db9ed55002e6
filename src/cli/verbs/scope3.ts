/** `veilshare scope3`: one supplier of a consortium that adds up its Scope 3 emissions. */

import { basename } from "node:path";
import { QueryLedger } from "../../disclosure/query-ledger.js";
import { readFootprint } from "../../scope3/lines/activity-table.js";
import { readEmissionFactors } from "../../scope3/lines/emission-factors.js";
import type { Footprint } from "../../scope3/lines/footprint.js";
import { sumScope3AmongPeers, type SumScope3AmongPeersOptions } from "../../scope3/peers/sum-among-peers.js";
import { readProductFootprints } from "../../scope3/product/product-footprint.js";
import { formatScope3Csv } from "../../scope3/report/report-csv.js";
import { formatScope3Text } from "../../scope3/report/report-text.js";
import type { Scope3Report } from "../../scope3/report/report.js";
import { readDataFile, readTable, writeDataFile } from "../../table/file-node.js";
import { count, declareData, readData } from "../data.js";
import { flagOption, numberOption, optionFault, requiredText, textOption } from "../option-values.js";
import { declareSession, withSession } from "../session.js";
import { declareStore, withOptionalStore } from "../state.js";
import type { Verb, VerbOptions } from "../verb.js";

const mostParties = 100;

/** Adds up. */
export const scope3Verb: Verb = {
  name: "scope3",
  summary: "the Scope 3 total of three suppliers or more, by category; nobody's own lines become known",
  example:
    "veilshare scope3 --identity a.key.json --parties parties.json --in lines.csv --factors epa-factors.csv --period 2026 --store state --out total.csv",
  declare(command) {
    declareSession(command);
    declareData(command);
    command
      .requiredOption("--factors <file>", "emission factors per money, as the US EPA publishes them")
      .option("--products <file>", "product footprints that lines name: PACT 2.x or 3.x, JSON")
      .option("--currency <code>", "of all spends; the same at every party. Default: USD")
      .option("--period <text>", "what the lines are of; the same at every party")
      .option("--min-contributors <number>", "fewest suppliers in a figure that is shown. Default: 3")
      .option("--spend-figures", "also spend, intensity and primary data; the same at every party", false)
      .option("--quality-figures", "also data quality; the same at every party", false);
    declareStore(command, "where totals are recorded before they are opened; needs --period");
  },
  async run(options, terminal) {
    const settings = settingsOf(options);
    const footprint = await footprintOf(options);
    const report = await withOptionalStore(options, async (store) => {
      const { minContributors = 3 } = settings;
      const guard = store && { ledger: await QueryLedger.open({ store, minContributors }) };
      return withSession(options, terminal, (party) =>
        sumScope3AmongPeers(party, footprint, { ...settings, ...(guard === undefined ? {} : { guard }) }),
      );
    });
    const out = textOption(options, "out");
    if (out !== undefined) await writeDataFile(out, formatScope3Csv(report));
    const factors = `${basename(requiredText(options, "factors"))} at this party`;
    terminal.result(
      [
        formatScope3Text(report, { factors }),
        `  Own lines: ${count(footprint.lines.length)}. Every party has this report, and nothing else of the others.`,
        ...(out === undefined ? [] : [`The exact figures are in ${out}.`]),
      ],
      jsonOf(report),
    );
  },
};

function settingsOf(options: VerbOptions): SumScope3AmongPeersOptions {
  const period = textOption(options, "period");
  if (period === undefined && textOption(options, "store") !== undefined)
    throw optionFault("--period", "what the lines are of, with --store", "none");
  const minContributors = numberOption(options, "minContributors", { min: 3, max: mostParties });
  return {
    ...(minContributors === undefined ? {} : { minContributors }),
    ...(period === undefined ? {} : { period }),
    spendFigures: flagOption(options, "spendFigures"),
    qualityFigures: flagOption(options, "qualityFigures"),
  };
}

async function footprintOf(options: VerbOptions): Promise<Footprint> {
  const factors = readEmissionFactors(await readTable(requiredText(options, "factors")));
  const file = textOption(options, "products");
  const products = file === undefined ? [] : readProductFootprints(await readDataFile(file), { file });
  const currency = textOption(options, "currency");
  const lines = await readData(options);
  return readFootprint(lines, { factors, products, ...(currency === undefined ? {} : { currency }) });
}

/** Whole numbers as decimal texts, as JSON has no others that are exact; without the evidence, which is bytes. */
function jsonOf(report: Scope3Report): object {
  const text = JSON.stringify(report, (name, value: unknown) => {
    if (name === "evidence") return undefined;
    return typeof value === "bigint" ? value.toString() : value;
  });
  return JSON.parse(text) as object; // what was just written
}
