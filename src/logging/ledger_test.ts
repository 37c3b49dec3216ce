import { assertEquals } from "@std/assert";
import { noAccounts } from "./accounts.ts";
import { Ledger, LEDGER_BYTES, LedgerMemory, MOST_DIRECTORIES } from "./ledger.ts";

const BASE = 4096;
const SLOT_BYTES = LEDGER_BYTES + 1000;
const START = { at: LEDGER_BYTES, skip: 0, open: 0 } as const;

function emptyLedger(): Ledger {
  const ledger = new Ledger(new LedgerMemory(new Uint8Array(BASE + SLOT_BYTES)), BASE);
  ledger.clear();
  return ledger;
}

function withDirectory(): { readonly ledger: Ledger; readonly record: number } {
  const ledger = emptyLedger();
  return { ledger, record: ledger.add(1, 2, START) ?? -1 };
}

Deno.test("a ledger that was cleared is valid and empty", () => {
  const ledger = emptyLedger();
  assertEquals(ledger.isValid(SLOT_BYTES), true);
  assertEquals([ledger.end, ledger.batch], [
    LEDGER_BYTES,
    { start: LEDGER_BYTES, continued: false, open: false },
  ]);
  assertEquals(ledger.find(1, 2), undefined);
});

Deno.test("memory without a ledger, and input behind the end of the slot, are not valid", () => {
  assertEquals(new Ledger(new LedgerMemory(new Uint8Array(SLOT_BYTES)), 0).isValid(SLOT_BYTES), false);
  const ledger = emptyLedger();
  ledger.end = SLOT_BYTES + 1;
  assertEquals(ledger.isValid(SLOT_BYTES), false);
});

Deno.test("a directory is found by its birth and its inode", () => {
  const { ledger, record } = withDirectory();
  assertEquals([ledger.find(1, 2), ledger.find(1, 3), ledger.find(2, 2)], [record, undefined, undefined]);
  assertEquals([ledger.progress(record), ledger.accounts(record)], [START, noAccounts()]);
});

Deno.test("a ledger has room for a number of directories and for no more", () => {
  const ledger = emptyLedger();
  for (let inode = 0; inode < MOST_DIRECTORIES; inode++) assertEquals(ledger.add(1, inode, START), inode);
  assertEquals(ledger.add(1, MOST_DIRECTORIES, START), undefined);
});

Deno.test("an intent counts only when it is fulfilled", () => {
  const { ledger, record } = withDirectory();
  const after = { at: LEDGER_BYTES + 5, skip: 3, open: 1 } as const;
  ledger.intend(record, 77, 100, 8, after.at, after.skip, after.open);
  assertEquals(ledger.progress(record), START);
  assertEquals(ledger.intent(record), { ...after, file: { inode: 77, sizeBefore: 100, length: 8 } });
  ledger.fulfil(record);
  assertEquals([ledger.progress(record), ledger.intent(record)], [after, undefined]);
});

Deno.test("an intent that is withdrawn leaves the directory where it was", () => {
  const { ledger, record } = withDirectory();
  ledger.intend(record, 77, 100, 8, LEDGER_BYTES + 5, 0, 0);
  ledger.withdraw(record);
  assertEquals([ledger.progress(record), ledger.intent(record)], [START, undefined]);
});

Deno.test("a directory that passes lines comes further, and no intent is left", () => {
  const { ledger, record } = withDirectory();
  ledger.pass(record, LEDGER_BYTES + 9, 2);
  assertEquals([ledger.progress(record), ledger.intent(record)], [
    { at: LEDGER_BYTES + 9, skip: 0, open: 2 },
    undefined,
  ]);
});

Deno.test("a move sets the batch, the end and every directory to the beginning of the slot", () => {
  const { ledger, record } = withDirectory();
  ledger.end = LEDGER_BYTES + 500;
  ledger.pass(record, LEDGER_BYTES + 490, 0);
  ledger.batchBegins({ start: LEDGER_BYTES + 490, continued: true, open: true });
  ledger.move(10);
  assertEquals(ledger.end, LEDGER_BYTES + 10);
  assertEquals(ledger.batch, { start: LEDGER_BYTES, continued: true, open: true });
  assertEquals(ledger.progress(record).at, LEDGER_BYTES);
});

Deno.test("stamps and accounts come back as they were kept", () => {
  const { ledger, record } = withDirectory();
  ledger.setStamp(1_700_000_000, 123);
  ledger.holdStamp();
  ledger.setStamp(1_700_000_001, 456);
  assertEquals(ledger.stamps, { batch: 1_700_000_001_000_000_456n, held: 1_700_000_000_000_000_123n });
  const accounts = { ...noAccounts(), inBytes: 5, inLines: 1, toldLines: 9 };
  ledger.keep(record, accounts);
  assertEquals(ledger.accounts(record), accounts);
});
