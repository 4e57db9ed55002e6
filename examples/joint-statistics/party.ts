/** One party's process: it reads its own file, asks with the others, and tells the example what it learned. */

import { jointStatistics, type JointStatisticsInput } from "veilshare/joint-statistics";
import { serveParty, type Json } from "../launcher/index.js";
import type { StatisticsTask } from "./messages.js";
import { readFirst, readSecond } from "./owner-rows.js";
import { asked, declarations, minimumRows } from "./questions.js";

serveParty(async (party, given): Promise<Json> => {
  const task = given as StatisticsTask; // what main.ts started this process with
  const report = await jointStatistics(party, await inputOf(task), {
    columns: declarations,
    questions: asked.map(({ question }) => question),
    minimumRows,
    computation: task.computation,
  });
  const { bytesSent, rounds } = party.traffic;
  return {
    rows: "rows" in report ? report.rows : null,
    answers: "answers" in report ? (report.answers as unknown as Json) : [], // numbers, texts and nulls
    bytesSent,
    rounds,
  };
});

async function inputOf(task: StatisticsTask): Promise<JointStatisticsInput> {
  switch (task.role) {
    case "first":
      return { role: "first", ...(await readFirst(task.file)) };
    case "second":
      return { role: "second", ...(await readSecond(task.file)) };
    case "helper":
    case "dealer":
      return { role: task.role };
  }
}
