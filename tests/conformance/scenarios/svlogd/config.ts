/** The file `config`: every directive, also in odd forms, and odd files. */
import { DIRECTORY, file, link, type Scenario } from "../../scenario.ts";
import { played, says } from "./play.ts";

/** 600 lines of ten bytes. If a size, number or unit is read differently, other files are left. */
const MANY = "lines 600";
const FEW = says("alpha one", "beta two", "gamma three", "", "alpha: four");

const SIZES: readonly (readonly [name: string, config: string])[] = [
  ["s-nothing", "s\n"],
  ["s0", "s0\n"],
  ["s-letter", "sx\n"],
  ["s-number-and-letter", "s2000x\n"],
  ["s-kilo", "s2k\n"],
  ["s-mega", "s1m\n"],
  ["s-capital-unit", "s2K\n"],
  ["s-unit-twice", "s2kk\n"],
  ["s-unit-apart", "s2 k\n"],
  ["s-negative", "s-2000\n"],
  ["s-plus", "s+2000\n"],
  ["s-space", "s 2000\n"],
  ["s-zeros-before", "s0002000\n"],
  ["s-hexadecimal", "s0x800\n"],
  ["s-32-bits-and-more", "s4294969296\n"],
  ["s-twice", "s1500\ns3000\n"],
  ["s-no-newline", "s2000"],
  ["s-carriage-return", "s2000\r\nn2\r\n"],
  ["S-is-unknown", "S2000\n"],
  ["s-after-space", " s2000\n"],
  ["s-after-tab", "\ts2000\n"],
  ["s-comment-before", "#s1500\n"],
  ["s-comment-behind", "s2000 #1500\n"],
  ["n-nothing", "s1500\nn\n"],
  ["n0", "s1500\nn0\n"],
  ["n1", "s1500\nn1\n"],
  ["n2", "s1500\nn2\n"],
  ["n-letter", "s1500\nnx\n"],
  ["n-kilo-is-none", "s1500\nn1k\n"],
  ["n-negative", "s1500\nn-1\n"],
  ["n-twice", "s1500\nn1\nn3\n"],
  ["n-before-s", "n1\ns1500\n"],
  ["N-is-not-n", "s1500\nN1\n"],
  ["t0", "s1500\nt0\n"],
  ["t-nothing", "s1500\nt\n"],
  ["t-letter", "s1500\ntx\n"],
  ["t-hours", "s1500\nt1h\n"],
];

/** Configs whose effect five lines show. */
const LINES: readonly (readonly [name: string, config: string])[] = [
  ["empty", ""],
  ["empty-lines", "\n\n\n"],
  ["comments", "# one\n#-*\n#\n"],
  ["unknown-letters", "a-*\nb\nc\nd\nf\ng\nh\ni\nj\nk\nl\nm\no\nq\nr\nv\nw\nx\ny\nz\n0\n9\n=\n/\n*\n"],
  ["own-directive", ":when-full drop\n:when-full wait\n"],
  ["unknown-own-directive", ":when-empty\n"],
  ["unknown-capitals", "A\nB\nC\nD\nF\nG\nH\nI\nJ\nK\nL\nM\nO\nP\nQ\nR\nS\nT\nV\nW\nX\nY\nZ\n"],
  ["p", "pP: \n"],
  ["p-nothing", "p\n"],
  ["p-nothing-behind-p", "pA \np\n"],
  ["p-twice", "pA \npB \n"],
  ["p-no-newline", "pA"],
  ["p-spaces", "p   \n"],
  ["p-carriage-return", "pA\r\n"],
  ["p-long", `p${"prefix ".repeat(40)}\n`],
  ["minus-all", "-*\n"],
  ["minus-then-plus", "-*\n+alpha*\n"],
  ["plus-then-minus", "+alpha*\n-*\n"],
  ["plus-alone", "+alpha*\n"],
  ["minus-empty", "-\n"],
  ["plus-empty", "-*\n+\n"],
  ["minus-plus-minus", "-*\n+alpha*\n-*four\n"],
  ["minus-no-newline", "-alpha*"],
  ["minus-carriage-return", "-alpha one\r\n"],
  ["minus-space-behind", "-alpha one \n"],
  ["minus-colon", "-*: *\n"],
  ["many-patterns", `-*\n${Array.from({ length: 200 }, (_, i) => `+no${i}*\n`).join("")}+gamma*\n`],
  ["processor-nothing", "!\n"],
];

const ERRORS: readonly (readonly [name: string, config: string, options?: string])[] = [
  ["e-all", "e*\n"],
  ["E-all", "E*\n"],
  ["e-then-E", "e*\nEalpha*\n"],
  ["E-then-e", "E*\nealpha*\n"],
  ["e-and-minus", "-*\nealpha*\n"],
  ["minus-between", "ealpha*\n-*\nE*four\n+beta*\n"],
  ["e-prefix", "pP: \ne*\n"],
  ["e-stamp", "e*\n", "-t"],
  ["e-stamp-prefix", "pP: \nebeta*\n", "-tt"],
  ["e-replaced", "e*\n", "-R a -r _"],
  ["e-cut", "e*\n", "-l 5"],
  ["e-cut-at-its-length", "e*\n", "-l 8"],
  ["e-matches-what-is-left", "ealpha\n", "-l 5"],
  ["e-cut-with-prefix", "pP: \ne*\n", "-l 5 -ttt"],
  ["e-empty", "e\n"],
];

/** Scenarios of config. */
export const CONFIG_SCENARIOS: readonly Scenario[] = [
  ...SIZES.map(([name, config]) =>
    played(`config/${name}`, `600 lines with ${JSON.stringify(config)}`, {
      tree: { "log/config": config },
      feeder: [MANY],
    })
  ),
  ...LINES.map(([name, config]) =>
    played(`config/${name}`, `five lines with ${JSON.stringify(config.slice(0, 40))}`, {
      tree: { "log/config": config },
      feeder: [FEW],
    })
  ),
  ...ERRORS.map(([name, config, options = ""]) =>
    played(`stderr/${name}`, `${JSON.stringify(config)} with svlogd ${options}`, {
      tree: { "log/config": config },
      options,
      feeder: [FEW],
      // Stamps differ between the sides, so they are masked.
      saying: "sed 's/^@[0-9a-f]* /@HEX /; s/^[-0-9_T:.]* /STAMP /' said",
    })
  ),
  played("config/nul", "a NUL ends a line of config", {
    before: ["printf 'pA\\000B\\n-alpha\\000*\\n\\000-*\\ns2000\\0003\\n' >log/config"],
    feeder: [FEW],
  }),
  played("config/high-bytes", "patterns and prefixes may have any bytes", {
    before: ["printf 'p\\300 \\n-*\\n+\\377*\\n+*\\200\\n' >log/config"],
    feeder: ["printf '\\377\\001a\\n\\376a\\nb\\200\\nb\\201\\n'"],
  }),
  played("config/long", "a config longer than a page", {
    tree: { "log/config": `${"# nothing\n".repeat(1000)}pP \n` },
    feeder: [FEW],
  }),
  played("config/long-line", "a line of config longer than a page", {
    tree: { "log/config": `#${"x".repeat(9000)}\npP \n-alpha*\n` },
    feeder: [FEW],
  }),
  played("config/directory", "a config that is a directory", {
    tree: { "log/config": DIRECTORY },
    after: ["rmdir log/config"],
    feeder: [FEW],
  }),
  played("config/link", "a config that is a link", {
    tree: { "log/config": link("../elsewhere"), elsewhere: "pP \n" },
    feeder: [FEW],
  }),
  played("config/dangling-link", "a config that is a link to nothing", {
    tree: { "log/config": link("nothing") },
    feeder: [FEW],
    after: ["rm log/config"],
  }),
  played("config/executable", "the mode of config does not matter", {
    tree: { "log/config": file("pP \n", 0o755) },
    feeder: [FEW],
  }),
];
