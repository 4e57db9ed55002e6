/** Who is who in a joint model. */

/** The roles of a joint training. */
export type RiskRole = "lender" | "platform" | "helper" | "dealer";

/** Names of the parties that play the roles; a role that is left out is played by the party of its name. */
export type RoleNames = Partial<Readonly<Record<RiskRole, string>>>;

/** Session indices. */
export type OwnerRoles = Readonly<
  Record<"lender" | "platform", number> & Partial<Record<"helper" | "dealer", number>>
>;
