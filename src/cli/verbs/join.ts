/** `veilshare join`: which rows of two tables belong together, by the best kind of key that finds a match. */

import { join, type JoinOptions } from "../../psi/join.js";
import { joinRowsOf } from "../../table/rows.js";
import {
  changedMeanwhile,
  checkReadTwice,
  count,
  declareData,
  normalizationOption,
  openData,
  writeResult,
} from "../data.js";
import { listOption, optionFault, textOption, wordOption } from "../option-values.js";
import { declareReveal, revealValues } from "../reveal.js";
import { declareSession, withSession } from "../session.js";
import { declarePeerLimits, peerLimits, peerLimitValues, withOptionalStore } from "../state.js";
import type { Verb, VerbOptions } from "../verb.js";

/** Matches rows. */
export const joinVerb: Verb = {
  name: "join",
  summary: "match the rows of two tables on kinds of keys, best first",
  example:
    "veilshare join --identity bank-a.key.json --parties parties.json --in customers.csv --kinds tax_number name+city --names tax name --reveal both --out matched.csv",
  declare(command) {
    declareSession(command);
    declareData(command);
    command
      .requiredOption(
        "--kinds <columns...>",
        "own columns of each kind of key, best first; + between those of one kind",
      )
      .option("--names <names...>", "names of the kinds, the same at both sides. Default: the own columns")
      .option("--normalize <steps...>", "what both sides do to keys: trim, lowerCase, nfc, nfkc")
      .option("--duplicates <rule>", "several own rows with one key: all, first or refuse. Default: all");
    declareReveal(command);
    declarePeerLimits(command);
  },
  async run(options, terminal) {
    const kinds = kindsOf(options);
    const names = listOption(options, "names") ?? kinds.map((columns) => columns.join("+"));
    if (names.length !== kinds.length)
      throw optionFault("--names", `${kinds.length} names`, `${names.length}`);
    const columns = [...new Set(kinds.flat())];
    const settings = joinSettings(options, names);
    const limits = peerLimitValues(options);
    await checkReadTwice(options);
    const result = await withOptionalStore(options, (store) =>
      withSession(options, terminal, (party) =>
        join(party, joinRowsOf(openData(options, columns), kinds), {
          ...settings,
          ...peerLimits(limits, store),
        }),
      ),
    );
    const counts = { ownRows: result.ownRows, ownKeys: result.ownKeys, peerKeys: result.peerKeys };
    if (!result.revealed) {
      terminal.result(["The other party learned which of its rows match yours."], counts);
      return;
    }
    const lines = textOption(options, "out") === undefined ? [] : await linesOf(options, columns);
    if (textOption(options, "out") !== undefined && lines.length !== result.ownRows)
      throw changedMeanwhile(options);
    const rows = [...result.rows].map((row, k) => [
      String(lines[row] ?? ""),
      String(result.matches[k] ?? ""),
      names[result.kinds[k] ?? 0] ?? "",
    ]);
    const written = await writeResult(options, ["line", "match", "kind"], rows);
    terminal.result(
      [
        `${count(result.rows.length)} of your ${count(result.ownRows)} rows match rows of the other party.`,
        ...written,
      ],
      { ...counts, matched: result.rows.length },
    );
  },
};

function joinSettings(options: VerbOptions, keys: readonly string[]): JoinOptions {
  return {
    keys,
    normalize: normalizationOption(options),
    ...revealValues(options),
    duplicates: wordOption(options, "duplicates", ["all", "first", "refuse"], "all"),
  };
}

function kindsOf(options: VerbOptions): readonly (readonly string[])[] {
  const kinds = (listOption(options, "kinds") ?? []).map((kind) =>
    kind.split("+").map((name) => name.trim()),
  );
  if (kinds.flat().includes("")) throw optionFault("--kinds", "column names with + between", "an empty one");
  return kinds;
}

async function linesOf(options: VerbOptions, columns: readonly string[]): Promise<readonly number[]> {
  const lines: number[] = [];
  for await (const { line } of openData(options, columns)) lines.push(line);
  return lines;
}
