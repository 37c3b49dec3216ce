/**
 * The record of one log directory for the time after its logger has died. It holds how far the directory has come with
 * the input, the write that is under way, and the accounts of its lines.
 *
 * All of it lies in the feed's ledger, in memory that outlives the process. A ledger holds a limited number of
 * directories. A directory without a record there works all the same, but a kill may cost it lines. The accounts are
 * also in the file `status`, which is written again some time after they have changed.
 */
import type { Fd } from "../../posix/descriptor.ts";
import { ACCOUNTS, type Accounts, noAccounts } from "../accounts.ts";
import type { Open } from "../stream.ts";
import type { DirectoryOwner } from "./directory_owner.ts";
import { settleLastWrite } from "./last_write.ts";
import { readAccounts, writeStatus } from "./status_file.ts";

/** The status file of a log that is written to is at most so old. */
const STATUS_AGE_MS = 30_000;

/** The record of one log directory. */
export class DirectoryRecord {
  accounts: Accounts = noAccounts();
  readonly #owner: DirectoryOwner;
  /** The directory's number in the ledger; undefined while it has none. */
  #number: number | undefined = undefined;
  /** The time at which to write the status file; Infinity while it is right. */
  #statusAtMs = Infinity;

  /** Has nothing yet: see `recover`. */
  constructor(owner: DirectoryOwner) {
    this.#owner = owner;
  }

  /** The directory's number in the ledger; undefined where the ledger has no record of it. */
  get number(): number | undefined {
    return this.#number;
  }

  /** The time at which to write the status file, on the monotonic clock; Infinity for never. */
  get statusAtMs(): number {
    return this.#statusAtMs;
  }

  /**
   * Finds the record of the open `directory` in the ledger, and settles the last write of a logger that has died. Without
   * such a record, makes one. Throws SysError.
   */
  recover(directory: Fd): void {
    const { ledger, kernel } = this.#owner;
    const { device, inode, birthNs } = kernel.statFd(directory);
    const birth = birthNs > 0n ? Number(birthNs) : device;
    const known = ledger.find(birth, inode);
    if (known === undefined) return this.#add(directory, birth, inode);
    this.#number = known;
    const told = this.accounts;
    this.accounts = ledger.accounts(known);
    // A dead logger may have written lines that it had not told in the status file yet. A HUP finds no others.
    if (ACCOUNTS.some((name) => this.accounts[name] !== told[name])) this.#statusDue();
    const intent = ledger.intent(known);
    if (intent === undefined) return;
    if (intent.file === undefined || settleLastWrite(kernel, directory, intent.file)) ledger.fulfil(known);
    else ledger.withdraw(known);
  }

  #add(directory: Fd, birth: number, inode: number): void {
    const { ledger, ledgerAt, batch, kernel, dialect } = this.#owner;
    this.accounts = dialect.keepsStatusFile ? readAccounts(kernel, directory) : noAccounts();
    this.#number = ledger.add(birth, inode, { at: batch.start - ledgerAt, skip: 0, open: 0 });
    if (this.#number !== undefined) ledger.keep(this.#number, this.accounts);
  }

  /** Lays down what a write will have done (`Ledger.intend`). `at` is an offset in the region. */
  intend(inode: number, sizeBefore: number, length: number, at: number, skip: number, open: Open): void {
    if (this.#number === undefined) return;
    const { ledger, ledgerAt } = this.#owner;
    ledger.intend(this.#number, inode, sizeBefore, length, at - ledgerAt, skip, open);
  }

  /** The write that was laid down is done. */
  fulfil(): void {
    if (this.#number !== undefined) this.#owner.ledger.fulfil(this.#number);
  }

  /** The write that was laid down has not happened. */
  withdraw(): void {
    if (this.#number !== undefined) this.#owner.ledger.withdraw(this.#number);
  }

  /** The directory has come to `at`, an offset in the region, and nothing was written. */
  pass(at: number, open: Open): void {
    if (this.#number === undefined) return;
    const { ledger, ledgerAt } = this.#owner;
    ledger.pass(this.#number, at - ledgerAt, open);
  }

  /** The accounts have changed. Keeps them in the ledger; the status file follows. */
  keepAccounts(): void {
    const { ledger } = this.#owner;
    if (this.#number !== undefined) ledger.keep(this.#number, this.accounts);
    this.#statusDue();
  }

  /** The status file is behind: sets the time at which it is written. */
  #statusDue(): void {
    const { dialect, kernel } = this.#owner;
    if (!dialect.keepsStatusFile || this.#statusAtMs !== Infinity) return;
    this.#statusAtMs = kernel.monotonicMs() + STATUS_AGE_MS;
  }

  /** Writes the status file of the open `directory`, unless it is right. */
  writeStatus(directory: Fd): void {
    if (this.#statusAtMs === Infinity) return;
    this.#statusAtMs = Infinity;
    writeStatus(this.#owner.kernel, directory, this.accounts);
  }
}
