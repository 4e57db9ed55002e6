/**
 * Two INVENTED customer lists: no row is a person. A seed makes them, so that every run has the same ones. A bank and a
 * shop share some customers, and each list has some customers in two rows.
 */

import { Prg, randomPermutation } from "veilshare/random";
import { formatCsv } from "veilshare/table";

/** Where the invented world comes from: 32 bytes, one for ever. */
const seed = new TextEncoder().encode("invented customers, seed no. 1..");

const firstNames =
  "Ada Bela Carla Dunja Emil Farid Greta Hana Igor Jana Kofi Lena Mario Nils Olga Pavel".split(" ");
const lastNames =
  "Ahorn Birke Ceder Distel Eibe Fichte Ginster Hasel Iris Jasmin Kiefer Linde Mohn Nelke".split(" ");
const towns = "Nordhafen Ostfeld Suedberg Westheim".split(" ");

const people = 4200;
const atBank = { from: 0, to: 3000, twice: 40 };
const atShop = { from: 2300, to: people, twice: 25 };

const columns = ["email", "name", "town", "since"];

/** Both lists as CSV. */
export function inventedLists(): { readonly bank: string; readonly shop: string } {
  const world = Array.from({ length: people }, (_, i) => person(i));
  const prg = new Prg(seed);
  const list = ({ from, to, twice }: typeof atBank): string => {
    const members = [...world.slice(from, to), ...world.slice(from, from + twice)];
    const order = randomPermutation(members.length, prg);
    return formatCsv(
      columns,
      [...order].map((position) => members[position] ?? []),
    );
  };
  return { bank: list(atBank), shop: list(atShop) };
}

function person(number: number): string[] {
  const pick = (from: readonly string[], step: number): string =>
    from[Math.floor(number / step) % from.length] ?? "";
  const first = pick(firstNames, 1);
  const last = pick(lastNames, firstNames.length);
  const email = `${first}.${last}.${number}@example.org`.toLowerCase();
  return [email, `${first} ${last}`, pick(towns, 7), String(1990 + (number % 35))];
}
