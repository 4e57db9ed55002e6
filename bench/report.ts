/** Measurements as Markdown tables, ready to be pasted nowhere: the documentation is generated from them. */

import type { Machine } from "./machine.js";
import type { Measurement, Topic, TopicResult } from "./measurement.js";

/** The heading that says where and when. */
export function machineLine(machine: Machine): string {
  const { cpu, cores, memoryGiB, node, date, commit } = machine;
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, commit ${commit}, ${date}`;
}

/** One topic's tables. */
export function topicTables(topic: Topic, { results, ratios, figures = {} }: TopicResult): string {
  const lines = [
    `## ${topic.title}`,
    "",
    "| what | median | p99 | spread | an item | items a second | threads | CPU s | bytes | rounds | MiB | t |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...results.map(row),
  ];
  if (topic.summary !== undefined) lines.push("", topic.summary(results));
  const entries = Object.entries(ratios);
  if (entries.length > 0) {
    lines.push("", "| ours/rival | times faster |", "| --- | ---: |");
    for (const [name, value] of entries) lines.push(`| ${name} | ${value.toFixed(2)} |`);
  }
  const named = Object.entries(figures);
  if (named.length > 0) {
    lines.push("", "| figure | value |", "| --- | ---: |");
    for (const [name, value] of named) lines.push(`| ${name} | ${value} |`);
  }
  return lines.join("\n");
}

function row(result: Measurement): string {
  const cells = [
    result.name,
    milliseconds(result.medianMs),
    milliseconds(result.p99Ms),
    `${(100 * result.spread).toFixed(1)} %`,
    nanoseconds(result.nsPerItem),
    `${Math.round(1e9 / result.nsPerItem).toLocaleString("en-US")} ${result.unit}`,
    String(result.threads),
    result.cpuSeconds?.toFixed(2) ?? "",
    result.bytes?.toLocaleString("en-US") ?? "",
    result.rounds === undefined ? "" : String(result.rounds),
    result.peakMiB === undefined ? "" : String(Math.round(result.peakMiB)),
    result.welchT?.toFixed(1) ?? "",
  ];
  return `| ${cells.join(" | ")} |`;
}

function milliseconds(ms: number): string {
  return ms >= 1000
    ? `${(ms / 1000).toFixed(2)} s`
    : ms >= 1
      ? `${ms.toFixed(2)} ms`
      : `${(1000 * ms).toFixed(1)} us`;
}

function nanoseconds(ns: number): string {
  return ns >= 1e6
    ? `${(ns / 1e6).toFixed(2)} ms`
    : ns >= 1000
      ? `${(ns / 1000).toFixed(2)} us`
      : `${ns.toFixed(2)} ns`;
}
