import { simulate, type Party, type SimulateOptions } from "../../dist/channel/index.js";
import {
  jointRiskModel,
  thirdRoles,
  type Computation,
  type JointRiskModelOptions,
  type LenderInput,
  type LenderReport,
  type PlatformInput,
  type PlatformReport,
  type RiskDealerReport,
  type RiskHelperReport,
  type RiskInput,
} from "../../dist/risk/index.js";

/** The parties of a training, by index: both owners first. */
export function namesOf(computation: Computation): string[] {
  const role = thirdRoles[computation];
  return ["lender", "platform", ...(role === undefined ? [] : [role])];
}

/** The input of whoever is neither owner. */
export function third(computation: Computation): RiskInput {
  return { role: thirdRoles[computation] ?? "helper" };
}

/** What each party got. */
export interface Reports {
  readonly lender: LenderReport;
  readonly platform: PlatformReport;
  readonly third: RiskHelperReport | RiskDealerReport | undefined;
}

/** One training, all parties in this thread. */
export async function train(
  inputs: { readonly lender: LenderInput; readonly platform: PlatformInput },
  options: JointRiskModelOptions | ((party: Pick<Party, "index">) => JointRiskModelOptions) = {},
  session: SimulateOptions = {},
): Promise<Reports> {
  const { computation = "two-party" } = typeof options === "function" ? options({ index: 0 }) : options;
  const byIndex: readonly RiskInput[] = [inputs.lender, inputs.platform, third(computation)];
  const reports = await simulate(
    namesOf(computation).length,
    (party) =>
      jointRiskModel(
        party,
        byIndex[party.index] ?? third(computation),
        typeof options === "function" ? options(party) : options,
      ),
    { names: namesOf(computation), ...session },
  );
  const [lender, platform, other] = reports;
  if (lender?.role !== "lender" || platform?.role !== "platform") {
    throw new Error("expected one report for each role");
  }
  if (other?.role === "lender" || other?.role === "platform") throw new Error("expected a third role");
  return { lender, platform, third: other };
}
