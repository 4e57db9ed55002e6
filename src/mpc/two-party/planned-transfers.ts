/**
 * What oblivious transfer will send for the correlations that a program draws: the same batches as `ot-randomness.ts` and
 * `owned-matrix.ts` put into their lanes, counted instead of run.
 */

import { answerBytes, challengeBytes, checkRows } from "../../ot/consistency-check.js";
import { baseOtBytes } from "../../ot/base-ot.js";
import { nameNonceBytes } from "../../ot/direction.js";
import { correctionBytes, rowBits, rowCapacity, rowMultiple } from "../../ot/matrix.js";
import { baseAnswerBytes } from "../../ot/ot-receiver.js";
import { firstRows, growth } from "../../ot/row-pool.js";
import type { OperandShape } from "../correlation-kinds.js";
import type { Correlation, OwnedMatrixRequest, OwnedProducts } from "../correlation.js";
import { correctionBytesOf, rowsOf, type Task } from "./lanes.js";
import { ownedMatrixBatches } from "./owned-matrix.js";
import { bitTasks, choiceTasks, elementTasks, matrixTasks } from "./tasks.js";

const depth = 4;

function zeros(length: number): BigUint64Array {
  return new BigUint64Array(length);
}

/** The rows that one direction makes and uses up; as `RowPool`. */
class CountedRows {
  bytesOfReceiver = 0;
  bytesOfSender = 0;
  #available = 0;
  #nextSize = firstRows;

  take(count: number): void {
    while (count > this.#available) {
      const wanted = Math.max(this.#nextSize, count - this.#available + checkRows);
      const rows = Math.min(rowCapacity(), Math.ceil(wanted / rowMultiple) * rowMultiple);
      this.#nextSize = Math.min(rowCapacity(), this.#nextSize * growth);
      this.#available += rows - checkRows;
      this.bytesOfReceiver += correctionBytes(depth, rows) + answerBytes;
      this.bytesOfSender += challengeBytes;
    }
    this.#available -= count;
  }
}

/** Bytes that each of two parties sends for oblivious transfer. */
export class PlannedTransfers {
  /** By the index of the party that receives in the direction. */
  readonly #directions = [new CountedRows(), new CountedRows()] as const;
  readonly #bytes: [number, number];

  constructor() {
    const answer = baseAnswerBytes(depth).reduce((sum, bytes) => sum + bytes, 0);
    const setup = answer + baseOtBytes(rowBits).receiver + nameNonceBytes;
    this.#bytes = [setup, setup];
  }

  /** Bytes so far: of party 0 and party 1. */
  get bytesSent(): readonly [number, number] {
    const [first, second] = this.#directions;
    return [
      this.#bytes[0] + first.bytesOfReceiver + second.bytesOfSender,
      this.#bytes[1] + second.bytesOfReceiver + first.bytesOfSender,
    ];
  }

  #run(task: Task, receiver: 0 | 1): void {
    const rows = rowsOf(task);
    this.#directions[receiver].take(rows);
    this.#bytes[receiver] += rows / 8;
    this.#bytes[receiver === 0 ? 1 : 0] += correctionBytesOf(task);
  }

  #both(tasks: Iterable<Task>): void {
    for (const task of tasks) {
      this.#run(task, 0);
      this.#run(task, 1);
    }
  }

  /** Counts a correlation. */
  draw(wanted: Correlation, operand: OperandShape): void {
    switch (wanted.kind) {
      case "triple": {
        const vector = zeros(wanted.length);
        this.#both(elementTasks(vector, vector, vector));
        return;
      }
      case "matrixTriple":
        this.#matrix(wanted.rows, wanted.inner, wanted.columns);
        return;
      case "operandProduct": {
        const { rows, columns } = operand;
        if (wanted.transposed) this.#matrix(columns, rows, wanted.columns);
        else this.#matrix(rows, columns, wanted.columns);
        return;
      }
      case "bitTriple": {
        const vector = zeros(wanted.words);
        this.#both(bitTasks(vector, vector, vector));
        return;
      }
      case "sharedBit":
        this.#sharedBits(wanted.length);
        return;
      case "operandMask":
      case "truncation":
    }
  }

  /** As `orient` turns a product. */
  #matrix(rows: number, inner: number, columns: number): void {
    const [few, many] = rows <= columns ? [rows, columns] : [columns, rows];
    const factors = {
      left: zeros(few * inner),
      right: zeros(inner * many),
      rows: few,
      inner,
      columns: many,
    };
    this.#both(matrixTasks(factors, zeros(few * many)));
  }

  #sharedBits(length: number): void {
    const packed = zeros(Math.ceil(length / 64));
    const words = zeros(length);
    const half = Math.min(length, 64 * Math.ceil(length / 128));
    for (const task of choiceTasks(packed, words, { from: 0, to: half }, words)) this.#run(task, 0);
    for (const task of choiceTasks(packed, words, { from: half, to: length }, words)) this.#run(task, 1);
  }

  /** Counts a matrix that one party knows; what later products send is counted as they are asked for. */
  ownedMatrix(wanted: OwnedMatrixRequest): OwnedProducts {
    const owner = wanted.owner === 0 ? 0 : 1;
    for (const batch of ownedMatrixBatches(wanted)) {
      const task: Task = { kind: "products", batch, ...noPlaces };
      this.#run(task, owner);
    }
    const send = (share: BigUint64Array, length: number): Promise<BigUint64Array> => {
      this.#bytes[owner === 0 ? 1 : 0] += 8 * share.length;
      return Promise.resolve(zeros(length));
    };
    const rowsIn = (range: number): number => {
      const { from = 0, to = 0 } = wanted.plan[range] ?? {};
      return to - from;
    };
    return {
      product: (range, share) => send(share, rowsIn(range)),
      transposedProduct: (_, share) => send(share, wanted.columns),
    };
  }
}

const noPlaces = {
  choices: new Uint8Array(0),
  factors: zeros(0),
  factorAt: (): number => 0,
  resultAt: (): number => 0,
  result: zeros(0),
};
