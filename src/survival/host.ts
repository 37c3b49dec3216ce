/**
 * The parts with which a supervisor survives its own death: the records of its services on disk (`Records`), the processes of the
 * supervisor before it (`Adoption`), and the loggers of a dead fleet that still hold logs (`Holders`).
 */
export { Adoption, type AdoptionOptions, type Traces } from "./host/adoption.ts";
export { Holders } from "./host/holders.ts";
export { RECORD_PATHS, type RecordFile, Records } from "./host/records.ts";
