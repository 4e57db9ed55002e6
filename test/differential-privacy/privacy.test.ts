import { describe, expect, it } from "vitest";
import * as privacy from "../../dist/differential-privacy/index.js";
import { importMutant } from "../support/mutant.js";

const runs = 100_000;
const options = {
  epsilon: 2,
  delta: 1e-6,
  length: 1,
  maxAbs: 100n,
  fewestSurvivors: 10,
  maxColluders: 9,
} as const;

/**
 * How far an adversary's odds move, at least, by one guess: "the total, less what the nine colluders know, is above a
 * threshold", for a contributor with maxAbs and for one with -maxAbs. A lower bound on the true epsilon, 6 standard
 * deviations below the estimate: it is above the planned epsilon with a chance below 10^-8 if the plan keeps its word.
 */
function observedEpsilon({ planNoise, noiseSigma, sampleNoise }: typeof privacy): number {
  const plan = planNoise(options);
  const sensitivity = 200;
  // What the colluders do not know: the noise of the one honest contributor, in each of many runs.
  const noise = sampleNoise({ ...plan, length: runs });
  const again = sampleNoise({ ...plan, length: runs });
  const threshold = 3 * noiseSigma(plan, 1);
  let low = 0;
  let high = 0;
  for (const sample of noise) if (Number(sample) > threshold) low++;
  for (const sample of again) if (Number(sample) + sensitivity > threshold) high++;
  const error = 6 * Math.sqrt(1 / low + 1 / high);
  return Math.log((high / runs - options.delta) / (low / runs)) - error;
}

describe("what the rest of a noisy sum shows to nine colluders of ten", () => {
  it("moves their odds by no more than epsilon (false alarm below 1e-8)", () => {
    expect(observedEpsilon(privacy)).toBeLessThan(options.epsilon);
  });

  it.each([
    [
      "counts colluders as honest",
      "options.fewestSurvivors - options.maxColluders",
      "options.fewestSurvivors",
    ],
    ["takes a tenth of the sensitivity", 'neighbours === "replace" ? 2 : 1', "0.2"],
  ])("moves them by more if the plan %s", async (name, text, replacement) => {
    const file = "differential-privacy/noise-plan.js";
    const mutation = { file, text, replacement };
    const module = "differential-privacy/index.js";
    const mutant = await importMutant<typeof privacy>(name.replaceAll(" ", "-"), module, mutation);
    expect(observedEpsilon(mutant)).toBeGreaterThan(options.epsilon);
  });
});
