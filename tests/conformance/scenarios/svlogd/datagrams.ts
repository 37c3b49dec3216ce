/** `u` and `U`: what is sent by UDP, what goes to the file, and what is said where it cannot be sent. */
import type { Scenario } from "../../scenario.ts";
import { played, says } from "./play.ts";

const FEW = says("alpha one", "beta two", "gamma three", "", "alpha: four");

/** `$UDP` in the config is the port. */
function sent(
  name: string,
  about: string,
  config: string,
  options = "",
  feeder: readonly string[] = [FEW],
): Scenario {
  return played(`datagram/${name}`, about, {
    listens: true,
    options,
    before: [`printf '%b' '${config.replaceAll("\n", "\\n")}' | sed "s/PORT/$UDP/" >log/config`],
    feeder,
    saying: "sed 's/^@[0-9a-f]* /@HEX /; s/^[-0-9_T:.]* /STAMP /' said",
  });
}

/** The network is not reachable, not even this machine. */
function unreachable(name: string, about: string, config: string, options = ""): Scenario {
  return played(`datagram/${name}`, about, {
    needs: ["mounts"],
    tree: { "log/config": config },
    options,
    start: "exec unshare --net svlogd",
    feeder: [FEW],
  });
}

/** An address that cannot be read. */
function refused(name: string, line: string): Scenario {
  return played(`datagram/refused/${name}`, `the line ${line}`, {
    tree: { "log/config": `${line}\n` },
    feeder: [FEW],
  });
}

export const DATAGRAM_SCENARIOS: readonly Scenario[] = [
  sent("u", "u sends and writes", "u127.0.0.1:PORT\n"),
  sent("U", "U only sends", "U127.0.0.1:PORT\n"),
  sent("stamp", "with a stamp", "u127.0.0.1:PORT\n", "-t"),
  sent("stamp-and-prefix", "with a stamp and a prefix", "pweb: \nu127.0.0.1:PORT\n", "-tt"),
  sent("prefix-behind", "the order of lines in config does not matter", "u127.0.0.1:PORT\npweb: \n", "-ttt"),
  sent("selected", "only selected lines are sent", "-*\n+alpha*\nu127.0.0.1:PORT\n"),
  sent("selected-only", "only selected lines are sent, to nowhere else", "-alpha*\nU127.0.0.1:PORT\n"),
  sent("replaced", "with bytes replaced", "u127.0.0.1:PORT\n", "-R a -r ?"),
  sent("and-stderr", "besides standard error", "ebeta*\nU127.0.0.1:PORT\n"),
  sent("cut", "only the first LEN bytes, and three full stops", "u127.0.0.1:PORT\n", "-l 5"),
  sent("cut-only", "the same with U", "U127.0.0.1:PORT\n", "-l 8 -t"),
  sent("garbage-behind", "what is behind the port", "u127.0.0.1:PORTx y\n"),
  sent("twice", "the last one counts", "u127.0.0.1:9\nu127.0.0.1:PORT\n"),
  sent("u-behind-U", "u behind U does not bring the file back", "U127.0.0.1:9\nu127.0.0.1:PORT\n"),
  sent("bad-behind-good", "one that cannot be read leaves the one before", "u127.0.0.1:PORT\nu127.0.0\n"),
  sent("nul", "bytes of any kind", "u127.0.0.1:PORT\n", "", ["printf 'a\\000b\\n\\377\\n\\n'"]),
  sent("pieces", "a line that comes in pieces is one datagram", "u127.0.0.1:PORT\n", "", [
    "printf 'one\\ntw'",
    "until_ok holds log/current '^one$'",
    "printf 'o\\n'",
  ]),
  sent("very-long", "a very long line is cut once", "u127.0.0.1:PORT\n", "-l 10", [
    "letters 70000; echo; echo b",
  ]),
  sent("many", "as many as there are lines", "u127.0.0.1:PORT\ns2000\nn0\n", "", ["lines 150"]),
  sent("rotated", "rotation does not matter", "u127.0.0.1:PORT\ns20\nn0\n", "-l 10", ["lines 12"]),
  sent("hup", "HUP takes it away", "u127.0.0.1:PORT\n", "-v", [
    "echo one",
    "until_ok holds log/current one",
    ": >log/config",
    "tell HUP",
    "until_ok said_times append 1",
    "echo two",
  ]),
  sent("too-long", "one that is too long for a datagram", "u127.0.0.1:PORT\n", "-l 70000 -b 80000", [
    "echo one; letters 66000; echo; letters 65000; echo",
  ]),
  sent("too-long-only", "the same with U", "U127.0.0.1:PORT\n", "-l 70000 -b 80000", [
    "echo one; letters 66000; echo; echo two",
  ]),
  played("datagram/two-directories", "two directories, one sends", {
    listens: true,
    tree: { "a/config": "" },
    logs: ["a", "log"],
    before: ['echo "U127.0.0.1:$UDP" >log/config'],
    feeder: [FEW],
  }),
  unreachable("unreachable", "what cannot be sent is told in the log", "u127.0.0.1:9\n"),
  unreachable("unreachable-only", "with U only that is in the log", "U127.0.0.1:9\n"),
  unreachable("unreachable-prefix", "it is told with its prefix, behind the text", "pweb: \nu127.0.0.1:9\n"),
  unreachable("unreachable-cut", "it is told as it would have been sent", "U127.0.0.1:9\n", "-l 5"),
  unreachable("unreachable-selected", "only selected lines are told", "-*\n+alpha*\nu127.0.0.1:9\n"),
  unreachable("unreachable-rotated", "what is told counts for the size", "U127.0.0.1:9\ns100\nn0\n", "-l 10"),
  unreachable("unreachable-port", "port 514 where none is named", "U127.0.0.1\n"),
  unreachable("part-above-255", "a part of an address that is no byte", "u127.0.0.256:9\n"),
  unreachable("port-above-65535", "a port that is none", "U127.0.0.1:65545\n"),
  refused("u-three-parts", "u1.2.3"),
  refused("u-nothing", "u"),
  refused("u-name", "ulocalhost"),
  refused("u-port-0", "u1.2.3.4:0"),
  refused("u-port-word", "u1.2.3.4:syslog"),
  refused("u-port-nothing", "u1.2.3.4:"),
  refused("U-three-parts", "U1.2.3"),
  refused("U-port-0", "U1.2.3.4:0"),
];
