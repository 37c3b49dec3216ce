/** `u` and `U`: what svlogd sends by UDP, what it writes, and its messages if it cannot send. */
import type { Scenario } from "../../scenario.ts";
import { played, says } from "./play.ts";

const FEW = says("alpha one", "beta two", "gamma three", "", "alpha: four");

/** svlogd with a config in which PORT becomes the port of the receiver. */
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

/** svlogd in a network namespace from which not even this machine is reachable. */
function unreachable(name: string, about: string, config: string, options = ""): Scenario {
  return played(`datagram/${name}`, about, {
    needs: ["mounts"],
    tree: { "log/config": config },
    options,
    start: "exec unshare --net svlogd",
    feeder: [FEW],
  });
}

/** An address that svlogd cannot read. */
function refused(name: string, line: string): Scenario {
  return played(`datagram/refused/${name}`, `the line ${line}`, {
    tree: { "log/config": `${line}\n` },
    feeder: [FEW],
  });
}

/** Scenarios of datagrams. */
export const DATAGRAM_SCENARIOS: readonly Scenario[] = [
  sent("u", "u sends lines and writes them", "u127.0.0.1:PORT\n"),
  sent("U", "U only sends lines", "U127.0.0.1:PORT\n"),
  sent("stamp", "a datagram has a stamp", "u127.0.0.1:PORT\n", "-t"),
  sent("stamp-and-prefix", "a datagram has a stamp and a prefix", "pweb: \nu127.0.0.1:PORT\n", "-tt"),
  sent("prefix-behind", "the order of lines in config does not matter", "u127.0.0.1:PORT\npweb: \n", "-ttt"),
  sent("selected", "svlogd sends only selected lines", "-*\n+alpha*\nu127.0.0.1:PORT\n"),
  sent("selected-only", "with U svlogd sends selected lines, and writes none", "-alpha*\nU127.0.0.1:PORT\n"),
  sent("replaced", "bytes are replaced in datagrams, too", "u127.0.0.1:PORT\n", "-R a -r ?"),
  sent("and-stderr", "svlogd sends lines besides those for standard error", "ebeta*\nU127.0.0.1:PORT\n"),
  sent("cut", "a datagram has the first LEN bytes, and three full stops", "u127.0.0.1:PORT\n", "-l 5"),
  sent("cut-only", "the same with U", "U127.0.0.1:PORT\n", "-l 8 -t"),
  sent("garbage-behind", "text behind the port", "u127.0.0.1:PORTx y\n"),
  sent("twice", "the last address counts", "u127.0.0.1:9\nu127.0.0.1:PORT\n"),
  sent("u-behind-U", "u behind U does not bring the file back", "U127.0.0.1:9\nu127.0.0.1:PORT\n"),
  sent(
    "bad-behind-good",
    "an address that cannot be read leaves the one before",
    "u127.0.0.1:PORT\nu127.0.0\n",
  ),
  sent("nul", "datagrams may have any bytes", "u127.0.0.1:PORT\n", "", ["printf 'a\\000b\\n\\377\\n\\n'"]),
  sent("pieces", "a line that comes in pieces is one datagram", "u127.0.0.1:PORT\n", "", [
    "printf 'one\\ntw'",
    "until_ok holds log/current '^one$'",
    "printf 'o\\n'",
  ]),
  sent("very-long", "a very long line is cut once", "u127.0.0.1:PORT\n", "-l 10", [
    "letters 70000; echo; echo b",
  ]),
  sent("many", "each line is one datagram", "u127.0.0.1:PORT\ns2000\nn0\n", "", ["lines 150"]),
  sent("rotated", "datagrams do not depend on rotation", "u127.0.0.1:PORT\ns20\nn0\n", "-l 10", ["lines 12"]),
  sent("hup", "after a HUP without an address svlogd sends nothing", "u127.0.0.1:PORT\n", "-v", [
    "echo one",
    "until_ok holds log/current one",
    ": >log/config",
    "tell HUP",
    "until_ok said_times append 1",
    "echo two",
  ]),
  sent("too-long", "a line that is too long for a datagram", "u127.0.0.1:PORT\n", "-l 70000 -b 80000", [
    "echo one; letters 66000; echo; letters 65000; echo",
  ]),
  sent("too-long-only", "the same with U", "U127.0.0.1:PORT\n", "-l 70000 -b 80000", [
    "echo one; letters 66000; echo; echo two",
  ]),
  played("datagram/two-directories", "one of two directories sends", {
    listens: true,
    tree: { "a/config": "" },
    logs: ["a", "log"],
    before: ['echo "U127.0.0.1:$UDP" >log/config'],
    feeder: [FEW],
  }),
  unreachable("unreachable", "the log has a warning about a line that could not be sent", "u127.0.0.1:9\n"),
  unreachable("unreachable-only", "with U the log has only the warnings", "U127.0.0.1:9\n"),
  unreachable("unreachable-prefix", "the warning has the line with its prefix", "pweb: \nu127.0.0.1:9\n"),
  unreachable(
    "unreachable-cut",
    "the warning has the line as it would have been sent",
    "U127.0.0.1:9\n",
    "-l 5",
  ),
  unreachable(
    "unreachable-selected",
    "svlogd warns only about selected lines",
    "-*\n+alpha*\nu127.0.0.1:9\n",
  ),
  unreachable("unreachable-rotated", "warnings count for the size", "U127.0.0.1:9\ns100\nn0\n", "-l 10"),
  unreachable("unreachable-port", "the default port is 514", "U127.0.0.1\n"),
  unreachable("part-above-255", "a part of an address that is above 255", "u127.0.0.256:9\n"),
  unreachable("port-above-65535", "a port above 65535", "U127.0.0.1:65545\n"),
  refused("u-three-parts", "u1.2.3"),
  refused("u-nothing", "u"),
  refused("u-name", "ulocalhost"),
  refused("u-port-0", "u1.2.3.4:0"),
  refused("u-port-word", "u1.2.3.4:syslog"),
  refused("u-port-nothing", "u1.2.3.4:"),
  refused("U-three-parts", "U1.2.3"),
  refused("U-port-0", "U1.2.3.4:0"),
];
