/** Writing the records of services (`service_record.ts`), and reading those that the supervisor before has left. */
import { CWD, type Fd } from "../../posix/descriptor.ts";
import { ERRNO, SHORTAGES } from "../../posix/errno.ts";
import { type Kernel, OPEN } from "../../runtime/kernel.ts";
import { byteString } from "../../sys/bytes.ts";
import { errnoOf } from "../../sys/error.ts";
import { packRecord, RECORD_SIZE, type ServiceRecord, unpackRecord } from "../service_record.ts";

/** Paths of the records, relative to the directory of the service. */
export const RECORD_PATHS = { main: "supervise/process", log: "log/supervise/process" } as const;

const BLANK = 0x20;
const NEWLINE = 0x0a;

/** The file of one record. */
export interface RecordFile {
  /** The directory of the service. */
  readonly dir: Fd;
  /** The path of the record, one of RECORD_PATHS. */
  readonly path: string;
  /** The open file; -1 while it is not kept open. The owner of the RecordFile closes it in the end. */
  fd: Fd;
}

/** The records of the services of one supervisor. */
export class Records {
  /**
   * A name for the life of the machine and its space of pids, which every record carries. Undefined where the kernel does
   * not tell: then no record is written, and none is read.
   */
  readonly lifetime: string | undefined;
  readonly #kernel: Kernel;
  readonly #encoder = new TextEncoder();
  readonly #bytes = new Uint8Array(RECORD_SIZE);
  /** A record whose descriptor has a lower number stays open. */
  #keptBelow = Infinity;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.lifetime = kernel.lifetime();
  }

  /** Tells how many descriptors this process may have: the upper half is for what cannot be done without one. */
  allowDescriptors(most: number): void {
    if (most > 0) this.#keptBelow = most / 2;
  }

  /** Writes the record in place; from the first time on the file has its full size. Throws SysError. */
  write(file: RecordFile, record: ServiceRecord): void {
    const text = packRecord(record);
    this.#withOpen(file, (fd) => this.#write(fd, text));
  }

  #write(fd: Fd, text: string): void {
    const { written } = this.#encoder.encodeInto(text, this.#bytes);
    this.#bytes.fill(BLANK, written, RECORD_SIZE - 1);
    this.#bytes[RECORD_SIZE - 1] = NEWLINE;
    this.#kernel.writeAt(fd, this.#bytes, 0);
  }

  /** Keeps the file open where descriptors suffice: then a write is one call, and needs no free descriptor. */
  #withOpen<T>(file: RecordFile, use: (fd: Fd) => T): T {
    if (file.fd >= 0) return use(file.fd);
    const fd = this.#kernel.open(file.dir, file.path, OPEN.readWrite | OPEN.create | OPEN.nonBlock, 0o600);
    if (fd < this.#keptBelow) return use(file.fd = fd);
    try {
      return use(fd);
    } finally {
      this.#kernel.close(fd);
    }
  }

  /**
   * Reads the record that the last supervisor left. Undefined when it left none, or left it in another life of the
   * machine. Throws SysError where that cannot be known for now (out of memory or descriptors).
   */
  read(file: RecordFile): ServiceRecord | undefined {
    if (this.lifetime === undefined) return undefined;
    const record = unpackRecord(this.#textOf(file));
    return record?.lifetime === this.lifetime ? record : undefined;
  }

  #textOf(file: RecordFile): string {
    try {
      return this.#withOpen(file, (fd) => this.#textIn(fd));
    } catch (thrown) {
      if (SHORTAGES.has(errnoOf(thrown))) throw thrown;
    }
    return this.#textOfUnwritable(file.dir, file.path);
  }

  /** Reads the text of a file on a file system that takes nothing more. */
  #textOfUnwritable(dir: Fd, path: string): string {
    try {
      const fd = this.#kernel.open(dir, path, OPEN.read | OPEN.nonBlock);
      try {
        return this.#textIn(fd);
      } finally {
        this.#kernel.close(fd);
      }
    } catch (thrown) {
      if (errnoOf(thrown) === ERRNO.ENOENT) return "";
      throw thrown;
    }
  }

  /**
   * Reads the records of all services in the directory that holds the service directory `path`. Throws SysError where
   * they cannot be known for now.
   */
  beside(path: string): ServiceRecord[] {
    const dir = this.#kernel.open(CWD, parentOf(path), OPEN.read | OPEN.directory);
    try {
      const paths = this.#kernel.readDirectory(dir).flatMap((name) =>
        Object.values(RECORD_PATHS).map((record) => `${name}/${record}`)
      );
      return paths.flatMap((one) => unpackRecord(this.#textBeside(dir, one)) ?? []);
    } finally {
      this.#kernel.close(dir);
    }
  }

  #textBeside(dir: Fd, path: string): string {
    try {
      return this.#textOfUnwritable(dir, path);
    } catch (thrown) {
      if (SHORTAGES.has(errnoOf(thrown))) throw thrown;
      return "";
    }
  }

  #textIn(fd: Fd): string {
    return byteString(this.#bytes, 0, Math.max(this.#kernel.readAt(fd, this.#bytes, 0), 0));
  }
}

/** The directory that `path` is in, with a slash at its end. */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/", path.length - 2) + 1) || "./";
}
