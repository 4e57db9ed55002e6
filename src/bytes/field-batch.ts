/**
 * Items of one field or several, some thousands at a time, in flat memory: what a source of keys gives to who can take
 * them so, in place of one text an item.
 */

/** Some items. All of it may be overwritten once the next batch is asked for. */
export interface FieldBatch {
  /** UTF-8 of texts, or whatever bytes are given. */
  readonly bytes: Uint8Array;
  /** A pair of words for each field, item by item: where in `bytes` it begins, and how long it is. */
  readonly spans: Uint32Array;
  /** Fields of an item. */
  readonly columns: number;
  readonly count: number;
  /** 1 for a row without an item: one of its fields stands for nothing. */
  readonly blank: Uint8Array;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The fields of an item of a batch, as texts. */
export function fieldTexts({ bytes, spans, columns }: FieldBatch, item: number): readonly string[] {
  return Array.from({ length: columns }, (_, column) => {
    const at = 2 * (columns * item + column);
    const [start, length] = [spans[at] as number, spans[at + 1] as number]; // a span a field
    return decoder.decode(bytes.subarray(start, start + length));
  });
}
