/**
 * chpst and daemontools' programs that become another program: what that program finds, and the messages if it cannot
 * start. A chain of them is one process of denit's, and several of the others'.
 */
import {
  alter,
  DIRECTORY,
  ended,
  FIFO,
  file,
  job,
  link,
  type Need,
  record,
  run,
  type Scenario,
  script,
  shell,
  start,
  type Step,
  text,
  type Tree,
  until,
} from "../scenario.ts";

const DAEMONTOOLS: readonly Need[] = ["daemontools"];
const ROOT: readonly Need[] = ["daemontools", "root"];

/** Commands, each recorded with its output and its end. */
function scenario(
  id: string,
  says: string,
  commands: readonly string[],
  tree: Tree = {},
  needs: readonly Need[] = ROOT,
): Scenario {
  return { id: `launch/${id}`, says, needs, tree, steps: commands.map((command) => run(command)) };
}

// Limits, read back by the program

const LIMITS = "grep '^Max' /proc/self/limits";

const CHPST_LIMITS: readonly (readonly [letter: string, amount: string, what: string])[] = [
  ["m", "104857600", "data, stack, locked memory and address space"],
  ["d", "104857600", "data"],
  ["o", "50", "open files"],
  ["p", "5000", "processes"],
  ["f", "100000", "the size of files"],
  ["c", "0", "core files"],
  ["r", "1000000", "resident memory"],
  ["t", "30", "CPU seconds"],
];

const SOFTLIMIT_LIMITS: readonly (readonly [letter: string, amount: string, what: string])[] = [
  ["a", "104857600", "address space"],
  ["c", "1000", "core files"],
  ["d", "104857600", "data"],
  ["f", "100000", "the size of files"],
  ["l", "65536", "locked memory"],
  ["m", "104857600", "data, stack, locked memory and address space"],
  ["o", "50", "open files"],
  ["p", "5000", "processes"],
  ["r", "1000000", "resident memory"],
  ["s", "16777216", "the stack"],
  ["t", "30", "CPU seconds"],
];

const LIMIT_SCENARIOS: readonly Scenario[] = [
  ...CHPST_LIMITS.map(([letter, amount, what]) =>
    scenario(`chpst/limit-${letter}`, `-${letter} limits ${what}`, [`chpst -${letter} ${amount} ${LIMITS}`])
  ),
  ...SOFTLIMIT_LIMITS.map(([letter, amount, what]) =>
    scenario(`softlimit/${letter}`, `-${letter} limits ${what}`, [`softlimit -${letter} ${amount} ${LIMITS}`])
  ),
  scenario("chpst/limits-capped", "an amount above the hard limit becomes the hard limit", [
    `sh -c 'ulimit -n 100; exec chpst -o 5000 ${LIMITS}'`,
    `sh -c 'ulimit -n 100; exec chpst -o 18446744073709551615 ${LIMITS}'`,
  ]),
  scenario("chpst/limits-later-wins", "of two limits for the same resource the last counts", [
    `chpst -m 104857600 -o 40 -d 52428800 -o 60 ${LIMITS}`,
  ]),
  scenario("softlimit/hard", "= stands for the hard limit", [
    `sh -c 'ulimit -n 200; ulimit -Sn 100; exec softlimit -o = -c = ${LIMITS}'`,
  ]),
  scenario("softlimit/nothing", "without options softlimit limits nothing", [`softlimit ${LIMITS}`]),
  scenario("chpst/limits-and-refused", "a program that cannot be executed is reported under any limits", [
    "chpst -m 20971520 nosuch",
    "chpst -m 20971520 ./garbage",
    "softlimit -a 1000 -d 1000 ./garbage",
    "softlimit -a 1000 -d 1000 ./plain",
  ], { garbage: file("garbage", 0o755), plain: "x" }),
  scenario("chpst/too-little-to-start", "a program with too little memory is killed or refused", [
    "chpst -m 10000 true; [ $? -ge 100 ] && echo no start",
  ]),
];

// Accounts

const WHO = "sh -c 'id -u; id -g; id -G; grep -E \"^(Uid|Gid|Groups)\" /proc/self/status'";

const ACCOUNT_SCENARIOS: readonly Scenario[] = [
  scenario("chpst/user", "-u NAME sets the account's uid and gid, and no other groups", [
    `chpst -u nobody ${WHO}`,
  ]),
  scenario("chpst/user-group", "-u NAME:GROUP sets another group", [`chpst -u nobody:daemon ${WHO}`]),
  scenario("chpst/user-groups", "-u NAME:GROUP:... sets a group and supplementary groups", [
    `chpst -u nobody:daemon:sys:adm ${WHO}`,
  ]),
  scenario("chpst/user-numbers", "-u :UID:GID:... needs no account", [`chpst -u :12345:23456:7:8 ${WHO}`]),
  scenario("chpst/user-wrong-numbers", "chpst refuses a single number, and a word that is no number", [
    "chpst -u :1000 true",
    "chpst -u :x:0 true",
    "chpst -u :1x:0 true",
    "chpst -u :1:2:3x true",
    "chpst -u : true",
  ]),
  scenario("chpst/user-unknown", "accounts and groups that do not exist", [
    "chpst -u nosuch true",
    "chpst -u root:nosuch true",
    "chpst -u nosuch:root true",
    "chpst -u 1000 true",
    "chpst -u root: true",
    "chpst -u '' true",
    "chpst -u ro true",
  ]),
  scenario("chpst/user-variables", "-U puts UID and GID into the environment, and does not change the user", [
    "chpst -U nobody:daemon sh -c 'echo $UID $GID; id -u'",
    "chpst -U :5:6 sh -c 'echo $UID $GID'",
    "chpst -U nosuch true",
    "UID=a GID=b sh -c 'exec chpst -U root env' | grep -c '^[UG]ID='",
  ]),
  scenario(
    "chpst/user-without-rights",
    "without the capability a process cannot change its user, not even to its own",
    [
      "setpriv --reuid 65534 --regid 65534 --clear-groups chpst -u nobody true",
      "setpriv --reuid 65534 --regid 65534 --clear-groups chpst -u root true",
      "setpriv --reuid 65534 --regid 65534 --clear-groups setuidgid nobody true",
    ],
    {},
    ["root", "daemontools", "setpriv"],
  ),
  scenario("setuidgid/user", "setuidgid sets uid and gid, and no other groups", [`setuidgid nobody ${WHO}`]),
  scenario("setuidgid/refused", "setuidgid takes the name of an account and nothing else", [
    "setuidgid nosuch true",
    "setuidgid nobody:daemon true",
    "setuidgid :1:2 true",
    "setuidgid '' true",
  ]),
  scenario("envuidgid/user", "envuidgid sets UID and GID", [
    "envuidgid nobody sh -c 'echo $UID $GID; id -u'",
    "envuidgid nosuch true",
  ]),
];

// Another root

const MAKE_ROOT = "mkdir -p root/bin && cp $(readlink -f $BUSYBOX/sv) root/bin/busybox && " +
  "for file in $(ldd root/bin/busybox | grep -o '/[^ ]*'); do " +
  "mkdir -p root$(dirname $file) && cp $file root$file; done";

function inRoot(id: string, says: string, tree: Tree, commands: readonly string[]): Scenario {
  const steps = [alter("chmod 755 ."), alter(MAKE_ROOT), ...commands.map((command) => run(command))];
  return { id: `launch/${id}`, says, needs: ["daemontools", "root", "busybox"], tree, steps };
}

const ROOT_SCENARIOS: readonly Scenario[] = [
  inRoot("chpst/root", "-/ sets the program's root and directory", {}, [
    "chpst -/ root /bin/busybox ls -a /",
    "chpst -/ root /bin/busybox pwd",
    "cd root && chpst -/ . /bin/busybox ls /bin",
  ]),
  inRoot("chpst/root-lookup", "chpst looks accounts up inside the new root", {
    "root/etc/passwd": "nobody:x:77:78::/:\nonlyhere:x:79:80::/:\n",
    "root/etc/group": "daemon:x:90:\n",
  }, [
    "chpst -/ root -u nobody /bin/busybox sh -c '/bin/busybox id -u; /bin/busybox id -g'",
    "chpst -/ root -u onlyhere:daemon /bin/busybox sh -c '/bin/busybox id -u; /bin/busybox id -g; /bin/busybox id -G'",
    "chpst -/ root -U onlyhere /bin/busybox sh -c 'echo $UID $GID'",
    "chpst -/ root -u daemon /bin/busybox true",
    "chpst -/ root -u nobody:adm /bin/busybox true",
  ]),
  inRoot("chpst/root-without-files", "if the new root has no /etc/passwd, chpst finds no account", {}, [
    "chpst -/ root -u nobody /bin/busybox true",
    "chpst -/ root -u :77:78 /bin/busybox sh -c '/bin/busybox id -u; /bin/busybox id -g'",
  ]),
  scenario(
    "chpst/root-refused",
    "a root that is no directory, or that the user may not enter",
    [
      "chpst -/ nosuch true",
      "chpst -/ file true",
      "chpst -/ . nosuch",
      "setpriv --reuid 65534 --regid 65534 --clear-groups chpst -/ / true",
    ],
    { file: "x" },
    ["root", "daemontools", "setpriv"],
  ),
];

// Locks

/** A lock that another process holds until it is told to end. */
function held(id: string, says: string, ...steps: readonly Step[]): Scenario {
  return {
    id: `launch/${id}`,
    says,
    needs: DAEMONTOOLS,
    tree: { go: FIFO, lock: "", trace: "" },
    steps: [
      start("holder", "flock lock sh -c 'echo held >>trace; read line <go; echo released >>trace'"),
      until(text("trace"), "held"),
      ...steps,
      { step: "tell", fifo: "go", text: "on\n" },
      ...ended("holder"),
    ],
  };
}

/** Steps that start a command and wait until it sleeps in flock. */
function waits(as: string, command: string): readonly Step[] {
  return [start(as, `${command} sh -c 'echo mine >>trace'`), until(job(as), "running"), until(WAITERS, "2")];
}

/** Number of processes that have or want the lock. /proc/locks shows the second with an arrow. */
const WAITERS = shell('inode=$(stat -c %i lock); grep -c ":$inode " /proc/locks');

const LOCK_SCENARIOS: readonly Scenario[] = [
  scenario("chpst/lock", "-l makes the file, and the program holds its lock", [
    "chpst -l lock sh -c 'flock -n lock true || echo locked'",
    "stat -c '%a %s %F' lock",
    "flock -n lock echo free",
  ]),
  scenario("chpst/lock-at-once", "-L takes a free lock", [
    "chpst -L lock sh -c 'flock -n lock true || echo locked'",
  ]),
  scenario("chpst/lock-keeps-content", "the contents of a lock file stay", ["chpst -l lock true; cat lock"], {
    lock: "content\n",
  }),
  scenario("chpst/lock-by-user", "chpst opens the lock as the new user", [
    "chmod 755 . && mkdir -m 777 open && chpst -u nobody -l open/lock true; stat -c %u open/lock",
    "mkdir -m 700 shut && chpst -u nobody -l shut/lock true",
  ]),
  scenario("chpst/lock-refused", "a lock that cannot be opened", [
    "chpst -l nosuch/lock true",
    "chpst -L . true",
    "chpst -l '' true",
  ]),
  scenario("setlock/lock", "setlock locks, and makes the file", [
    "setlock lock sh -c 'flock -n lock true || echo locked'",
    "setlock -n lock sh -c 'flock -n lock true || echo locked'",
    "stat -c '%a %s' lock",
  ]),
  scenario("setlock/refused", "setlock reports a lock that it cannot open, but not with -x", [
    "setlock nosuch/lock true",
    "setlock -x nosuch/lock true",
    "setlock -xX nosuch/lock true",
    "setlock -x lock nosuch",
  ]),
  held(
    "chpst/lock-taken",
    "-L and setlock -n do not wait",
    run("chpst -L lock true"),
    run("setlock -n lock true"),
    run("setlock -nx lock echo no"),
    run("setlock -Nn lock true"),
  ),
  {
    ...held("chpst/lock-waits", "-l waits until the lock is free", ...waits("waiter", "chpst -l lock")),
  },
  {
    ...held("setlock/waits", "setlock waits until the lock is free", ...waits("waiter", "setlock lock")),
  },
].map((each) =>
  each.steps.some((step) => step.step === "start" && step.as === "waiter")
    ? { ...each, steps: [...each.steps, ...ended("waiter"), record(text("trace"))] }
    : each
);

// Descriptors and signals

const DESCRIPTORS = script(
  "for fd in 0 1 2; do [ -e /proc/$$/fd/$fd ] && echo $fd open || echo $fd closed; done >>out",
);

const DESCRIPTOR_SCENARIOS: readonly Scenario[] = [
  ...["-0", "-1", "-2", "-012", "-1 -0"].map((options) =>
    scenario(
      `chpst/close${options.replaceAll(/[- ]/g, "")}`,
      `${options} closes the descriptors that it names`,
      [
        `chpst ${options} $W/descriptors; cat out`,
      ],
      { descriptors: DESCRIPTORS },
    )
  ),
  scenario("chpst/close-error", "without standard error chpst prints nothing", ["chpst -2 nosuch"]),
  scenario("chpst/descriptors-stay", "other descriptors stay open", [
    "chpst sh -c 'echo x >&7' 7>out; cat out",
    "softlimit setuidgid root sh -c 'read line <&7; echo $line' 7<in",
  ], { in: "there\n" }),
  scenario("chpst/ignored-signals-stay", "ignored signals stay ignored, and no others", [
    "trap '' HUP USR1; chpst grep SigIgn /proc/self/status",
    "trap '' HUP USR1; softlimit pgrphack grep SigIgn /proc/self/status",
    "chpst grep -E 'Sig(Ign|Blk)' /proc/self/status",
  ]),
  scenario("chpst/state-stays", "directory and umask stay", [
    "mkdir -p a/b && cd a/b && umask 037 && chpst sh -c 'umask; pwd'",
  ]),
  scenario("chpst/pipe", "SIGPIPE ends a program", [
    "{ chpst seq 100000; echo $? >code; } | head -1; cat code",
  ]),
];

// Variables

const SHOW =
  "env | grep -v -e ^PATH= -e ^APPLETS= -e ^_= -e ^PWD= -e ^W= -e ^SVDIR= -e ^BUSYBOX= -e ^DAEMONTOOLS= -e ^REFERENCE= | sort | od -An -c";

function envdir(id: string, says: string, tree: Tree, ...prepare: readonly string[]): Scenario {
  const commands = ["chpst -e e", "chpst -ve e", "envdir e"];
  return {
    id: `launch/envdir/${id}`,
    says,
    needs: ROOT,
    tree: { "e/": DIRECTORY, ...tree },
    steps: [
      ...prepare.map((command) => alter(command)),
      ...commands.map((command) => run(`A=old HOME=/x ${command} sh -c '${SHOW}'`)),
    ],
  };
}

const VARIABLE_SCENARIOS: readonly Scenario[] = [
  envdir("value", "the text of a file becomes the value of a variable", { "e/A": "new\n", "e/B": "more" }),
  envdir("first-line", "only the first line counts", { "e/A": "one\ntwo\n" }),
  envdir("blanks", "blanks and tabs are cut at the end, but stay at the beginning", {
    "e/A": " \ta b \t \n",
  }),
  envdir("no-newline", "the newline may be missing", { "e/A": "x" }),
  envdir("nul", "NUL becomes a newline", { "e/A": "x\0y\0\n" }),
  envdir("empty", "an empty file unsets the variable", { "e/A": "", "e/HOME": "", "e/NEVER": "" }),
  envdir("empty-line", "an empty line is an empty value", { "e/A": "\n", "e/B": " \t\n" }),
  envdir("dot-files", "names that begin with a dot are ignored", { "e/.A": "x", "e/..B": "y" }),
  envdir("odd-names", "a name with = or a blank is accepted", {
    "e/B=C": "zz",
    "e/U=V": "",
    "e/sp ace": "x",
    "e/A=": "y",
  }),
  envdir(
    "bytes",
    "bytes stay bytes",
    {},
    "printf '\\377\\376\\n' >e/A",
    "printf x >e/$(printf '\\303\\050')",
  ),
  envdir("long", "a value may be long", {}, "seq 3000 | tr '\\n' , >e/A"),
  envdir("directory", "chpst ignores a directory, and mentions it with -v; envdir refuses it", {
    "e/A": "x",
    "e/sub/": DIRECTORY,
  }),
  envdir("fifo", "a FIFO without a writer is empty", { "e/A": FIFO }),
  envdir("links", "links are followed", { "e/A": link("../value"), value: "linked\n" }),
  {
    id: "launch/envdir/unreadable",
    says: "files and directories that may not be read are reported",
    needs: ["root", "daemontools", "setpriv"],
    tree: { "e/A": file("x", 0o600), "shut/A": "x", "listless/A": "x" },
    steps: [
      alter("chmod 755 . && chmod 700 shut && chmod 711 listless"),
      ...["e", "shut", "listless"].flatMap((directory) =>
        ["chpst -e", "envdir"].map((command) =>
          run(`setpriv --reuid 65534 --regid 65534 --clear-groups ${command} ${directory} true`)
        )
      ),
    ],
  },
  scenario("envdir/refused", "a path that is no directory", [
    "chpst -e nosuch true",
    "envdir nosuch true",
    "chpst -e file true",
    "envdir file true",
    "chpst -e '' true",
    "envdir '' true",
  ], { file: "x" }),
  scenario("envdir/path", "the program is looked up in the old PATH, and gets the new one", [
    "chpst -e e sh -c 'echo $PATH'",
    "envdir e sh -c 'echo $PATH'",
    "chpst -e e chpst true",
    "envdir e envdir e true",
  ], { "e/PATH": "/nowhere\n" }),
  scenario("envdir/order", "variables have the order of daemontools' pathexec", [
    "env -i A=1 B=2 C=3 D=4 $APPLETS/chpst -e e /usr/bin/env",
  ], { "e/B": "new" }),
  scenario("envdir/environment-bytes", "variables with odd bytes reach the program", [
    "env -i \"$(printf 'A=\\377\\001')\" $APPLETS/chpst /usr/bin/env | od -An -c",
  ]),
];

// What is executed, and how

const PROGRAM_SCENARIOS: readonly Scenario[] = [
  scenario("chpst/ends", "chpst ends as the program does", [
    "chpst sh -c 'exit 7'",
    "chpst sh -c 'kill -TERM $$'; echo $?",
    "softlimit sh -c 'exit 255'",
  ]),
  scenario("chpst/missing", "a program that does not exist", [
    "chpst nosuch",
    "chpst ./nosuch",
    "chpst nosuch/nosuch",
    "chpst ''",
    "setuidgid root nosuch",
    "envuidgid root nosuch",
    "softlimit nosuch",
    "setlock lock nosuch",
    "pgrphack nosuch",
    "fghack nosuch",
    "mkdir e; envdir e nosuch",
  ]),
  scenario("chpst/not-executable", "a program that cannot be executed", [
    "chpst ./plain",
    "chpst .",
    "chpst ./interpreter",
    "chpst ./garbage",
    "chpst plain/x",
    "setuidgid root ./plain",
    "softlimit ./garbage",
    "fghack ./plain",
  ], { plain: "x", interpreter: file("#!/nosuch\n", 0o755), garbage: file("garbage", 0o755) }),
  scenario(
    "chpst/search",
    "the search in PATH skips files that may not be executed, and ends at another error",
    [
      "PATH=$W/a:$W/b $APPLETS/chpst prog",
      "PATH=$W/a $APPLETS/chpst prog",
      "PATH=$W/a/prog:$W/b $APPLETS/chpst prog",
      "PATH=$W/c:$W/b $APPLETS/chpst prog",
      "cd b && PATH= $APPLETS/chpst prog",
      "cd b && PATH=/nosuch: $APPLETS/chpst prog",
      "PATH=/nosuch $APPLETS/chpst prog",
      "env -u PATH $APPLETS/chpst echo found",
    ],
    { "a/prog": "x", "b/prog": script("echo b"), "c/prog/": DIRECTORY },
  ),
  scenario("chpst/argv0", "-b sets argv[0], which messages name, too", [
    'chpst -b -sh sh -c \'tr "\\0" " " </proc/$$/cmdline\'',
    "chpst -b other nosuch",
    "chpst -b '' sh -c 'echo \"[$0]\"'",
  ]),
  scenario("chpst/session", "-P and pgrphack begin a session", [
    "chpst -P sh -c '[ $(ps -o sid= -p $$) = $$ ] && echo leads'",
    "chpst sh -c '[ $(ps -o sid= -p $$) = $$ ] || echo follows'",
    "pgrphack sh -c '[ $(ps -o sid= -p $$) = $$ ] && echo leads'",
    "setsid -w chpst -P sh -c '[ $(ps -o sid= -p $$) = $$ ] && echo leads already'",
  ]),
  scenario("chpst/nice", "-n adds to the nice level", [
    "chpst -n 5 nice",
    "chpst -n +5 nice",
    "nice -n 3 $APPLETS/chpst -n 4 nice",
    "chpst -n -5 nice",
    "chpst -n 0 nice",
    "chpst -n '' nice",
    "chpst -n 100 nice",
    "chpst -n -100 nice",
  ]),
  scenario(
    "chpst/nice-without-rights",
    "without the capability a process cannot lower its nice level",
    [
      "setpriv --reuid 65534 --regid 65534 --clear-groups chpst -n -5 true",
      "setpriv --reuid 65534 --regid 65534 --clear-groups chpst -n 5 nice",
    ],
    {},
    ["root", "daemontools", "setpriv"],
  ),
  scenario("chpst/usage", "wrong usage", [
    "chpst",
    "chpst -v",
    "chpst -x true",
    "chpst -u",
    "chpst -vz true",
    "chpst -m 5x true",
    "chpst -m -5 true",
    "chpst -o ' 5' true",
    "chpst -n 5x true",
    "chpst -n --5 true",
    "chpst -l a -L b true",
    "chpst -l a -l b true",
  ]),
  scenario("daemontools/usage", "wrong usage, and daemontools' exit codes", [
    "setuidgid",
    "setuidgid root",
    "envuidgid root",
    "envdir",
    "envdir .",
    "pgrphack",
    "fghack",
    "setlock",
    "setlock lock",
    "setlock -q lock true",
    "softlimit",
    "softlimit -o",
    "softlimit -o 5x true",
    "softlimit -q true",
    "readproctitle",
    "readproctitle four",
  ]),
  scenario("chpst/options-end", "options end at the first word that is none, and at --", [
    "chpst -- echo a",
    "chpst -v echo -P",
    "chpst -",
    "softlimit -- echo a",
    "softlimit --anything echo a",
    "setlock -n -- lock echo a",
  ]),
  scenario("chpst/joined", "arguments may be joined to their option", [
    "chpst -vn5 nice",
    "chpst -Punobody id -u",
    "softlimit -o40 sh -c 'ulimit -n'",
  ]),
];

// fghack and readproctitle

const OTHER_SCENARIOS: readonly Scenario[] = [
  scenario("fghack/ends", "fghack ends as the program does, and 111 for a signal", [
    "fghack sh -c 'exit 3'",
    "fghack true",
    "fghack sh -c 'kill $$'",
  ]),
  {
    id: "launch/fghack/waits",
    says: "fghack waits for processes in the background",
    needs: DAEMONTOOLS,
    tree: { go: FIFO, trace: "" },
    steps: [
      start("fghack", "fghack sh -c '(read line <go; echo over >>trace) & echo gone >>trace'"),
      until(text("trace"), "gone"),
      record(job("fghack")),
      { step: "tell", fifo: "go", text: "x\n" },
      ...ended("fghack"),
      record(text("trace")),
    ],
  },
  scenario(
    "fghack/descriptors",
    "the program gets 31 copies of the pipe, at the lowest free numbers",
    [
      "fghack sh -c 'readlink /proc/$$/fd/3 /proc/$$/fd/33 | grep -c pipe'",
      "fghack sh -c 'cat <&7' 7<in",
    ],
    { in: "seven\n" },
  ),
  {
    id: "launch/readproctitle/shows",
    says: "readproctitle shows its input in the process list",
    needs: DAEMONTOOLS,
    tree: { go: FIFO, done: FIFO },
    steps: [
      start("title", "sh -c 'exec readproctitle errors: .................... <go'"),
      start("writer", "sh -c 'exec 9>go; printf \"one\\0two\\n\" >&9; read line <done'"),
      until(
        shell("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -ao 'errors: [.]*onetwo'"),
        /^errors/,
      ),
      record(
        shell("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -ao 'errors: [.]*onetwo'"),
        "title",
      ),
      { step: "tell", fifo: "done", text: "x\n" },
      ...ended("title"),
    ],
  },
  scenario("readproctitle/ends", "readproctitle ends with its input", [
    "readproctitle log .......... </dev/null",
    "echo x | readproctitle abcde",
    "readproctitle log .......... <.",
  ]),
];

// Chains

const CHAINS: readonly Scenario[] = [
  scenario("chain/two", "a chain of two launchers", [
    `softlimit -o 60 setuidgid nobody ${WHO}`,
    `softlimit -o 60 setuidgid nobody ${LIMITS}`,
    "envdir e envuidgid nobody sh -c 'echo $A $UID $GID'",
    "chpst -b name chpst -n 5 sh -c 'echo $0; nice'",
  ], { "e/A": "a" }),
  scenario("chain/four", "a chain of four launchers", [
    `envdir e softlimit -o 60 -c 0 setuidgid nobody chpst -n 5 ${LIMITS}`,
    "envdir e softlimit -o 60 setuidgid nobody chpst -n 5 sh -c 'echo $A; id -u; id -G; nice; ulimit -n'",
    "chpst -n 1 chpst -n 2 chpst -n 3 chpst -n 4 nice",
    "pgrphack chpst -U root envdir e setlock lock sh -c 'echo $A $UID; flock -n lock true || echo locked'",
  ], { "e/A": "a" }),
  scenario("chain/refused", "each launcher refuses under its own name", [
    "setuidgid nobody chpst -n -5 true",
    "setuidgid nobody setuidgid nobody true",
    "softlimit setuidgid nosuch chpst true",
    "softlimit chpst -q true",
    "chpst softlimit",
    "setuidgid nobody softlimit nosuch",
    "softlimit envdir nosuch true",
    "chpst envdir .",
    "chpst setlock -x nosuch/lock true",
  ]),
  scenario("chain/limits", "a limit of an earlier launcher holds until a later one replaces it", [
    `chpst -m 104857600 softlimit -o 70 ${LIMITS}`,
    `softlimit -o 50 -c 0 chpst -o 60 ${LIMITS}`,
    `softlimit -c 0 softlimit -c = ${LIMITS}`,
  ]),
  scenario("chain/descriptors", "a descriptor that a launcher closes is closed for the next", [
    "chpst -0 chpst -0 true",
    "chpst -0 chpst -1 $W/descriptors; cat out; rm out",
    "chpst -2 chpst nosuch",
    "chpst -0 softlimit $W/descriptors; cat out",
  ], { descriptors: DESCRIPTORS }),
  scenario("chain/variables", "each launcher sees the variables of those before", [
    "envdir e envdir f sh -c 'echo $A $B'",
    'envdir e envdir g sh -c \'echo "$A" "$B"\'',
  ], { "e/A": "a", "e/B": "b", "f/A": "x", "g/A": "" }),
  scenario("chain/locks", "the program holds the locks of all launchers", [
    "setlock one chpst -l two sh -c 'flock -n one true || echo one; flock -n two true || echo two'",
    "setlock one setlock -n one true",
  ]),
  scenario("chain/through-others", "a chain continues behind a foreign program", [
    "softlimit -o 60 env X=1 setuidgid nobody sh -c 'echo $X; id -u; ulimit -n'",
    "chpst -n 2 nice -n 3 $APPLETS/chpst -n 4 nice",
  ]),
];

/** Scenarios of launchers. */
export const LAUNCH_SCENARIOS: readonly Scenario[] = [
  ...LIMIT_SCENARIOS,
  ...ACCOUNT_SCENARIOS,
  ...ROOT_SCENARIOS,
  ...LOCK_SCENARIOS,
  ...DESCRIPTOR_SCENARIOS,
  ...VARIABLE_SCENARIOS,
  ...PROGRAM_SCENARIOS,
  ...OTHER_SCENARIOS,
  ...CHAINS,
  // Differences
  scenario("differs/numbers", "runit takes missing or too large numbers for 0", [
    "chpst -u :1: id -g",
    "chpst -u ::3 id -u",
    "chpst -u :4294967296:3 id -u",
  ]),
  scenario("differs/limits-in-a-chain", "a launcher that cannot live under the limits of an earlier one", [
    "softlimit -a 1000 chpst true 2>/dev/null; echo $?",
    "softlimit -a 1000 chpst -o 1000 nosuch",
  ]),
  scenario("differs/long-options", "a word that begins with --", ["chpst --no-such echo a"]),
  scenario("differs/version", "the output of -V", ["chpst -V 2>&1 | head -1"]),
  scenario("envdir/dangling", "a link to nothing in an environment directory", [
    "chpst -e e sh -c 'echo \"[$A]\"'",
  ], { "e/A": link("nosuch") }),
];
