/** `veilshare psi`: which rows of the own file the other party has too. */

import { intersect } from "../../psi/intersect.js";
import { RowKeys } from "../../table/rows.js";
import { isBlankText } from "../../bytes/blank-text.js";
import {
  changedMeanwhile,
  checkReadTwice,
  count,
  declareData,
  declareKeys,
  normalizationOption,
  openData,
  writeResult,
} from "../data.js";
import { listOption, textOption } from "../option-values.js";
import { declareReveal, revealValues } from "../reveal.js";
import { declareSession, withSession } from "../session.js";
import { declarePeerLimits, peerLimits, peerLimitValues, withOptionalStore } from "../state.js";
import type { Verb, VerbOptions } from "../verb.js";

/** Intersects two lists. */
export const psiVerb: Verb = {
  name: "psi",
  summary: "find the keys that two parties have in common",
  example:
    "veilshare psi --identity bank-a.key.json --parties parties.json --in customers.csv --key email --reveal both --out common.csv",
  declare(command) {
    declareSession(command);
    declareData(command);
    declareKeys(command);
    declareReveal(command);
    declarePeerLimits(command);
  },
  async run(options, terminal) {
    const key = listOption(options, "key") ?? [];
    const keys = new RowKeys(openData(options, key));
    const settings = psiSettings(options);
    const limits = peerLimitValues(options);
    await checkReadTwice(options);
    const result = await withOptionalStore(options, (store) =>
      withSession(options, terminal, (party) =>
        intersect(party, keys, { ...settings, ...peerLimits(limits, store) }),
      ),
    );
    const counts = {
      rows: keys.count + keys.withoutKey,
      withoutKey: keys.withoutKey,
      ownItems: result.ownItems,
      peerItems: result.peerItems,
    };
    if (!result.revealed) {
      terminal.result(
        [
          `The other party learned which of its ${count(result.peerItems)} keys are also yours, and nothing else.`,
        ],
        counts,
      );
      return;
    }
    const wanted = new Set(result.rows);
    const rows: (readonly string[])[] = [];
    let item = 0;
    if (textOption(options, "out") !== undefined) {
      for await (const { line, cells } of openData(options, key)) {
        if (cells.some((cell) => isBlankText(cell))) continue; // as RowKeys does
        if (wanted.has(item++)) rows.push([String(line), ...cells]);
      }
      if (item !== keys.count) throw changedMeanwhile(options);
    }
    const written = await writeResult(options, ["line", ...key], rows);
    const advice =
      result.size > 0
        ? []
        : ["Nothing in common. Is it the same column, spelled the same?", ...keys.advice()];
    terminal.result(
      [
        `${count(result.size)} of your ${count(result.ownItems)} keys are also among the other party's ${count(result.peerItems)}.`,
        ...advice,
        ...written,
      ],
      { ...counts, common: result.size, rowsInCommon: result.rows.length },
    );
  },
};

function psiSettings(options: VerbOptions): Parameters<typeof intersect>[2] {
  return { ...revealValues(options), normalize: normalizationOption(options) };
}
