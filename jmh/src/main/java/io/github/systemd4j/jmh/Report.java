package io.github.systemd4j.jmh;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Makes docs/performance.md of what {@code jmh/run} measured. */
final class Report {

    private static final String[][] STEADY = {
        {"cSend", "C, `send()` on a socket that is kept"},
        {"oursWatchdog", "**systemd4j**, `notifier.watchdog()`"},
        {"oursConstant", "**systemd4j**, `notifier.send(constant)` of 25 bytes"},
        {"oursStatus", "**systemd4j**, `notifier.status(text)`, another text each time"},
        {"jnaSend", "JNA direct mapping, the bare `send()`"},
        {"faljseWatchdog", "info.faljse:SDNotify, `sendWatchdog()`"},
        {"faljseStatus", "info.faljse:SDNotify, `sendStatus(text)`, another text each time"},
        {"cSdNotify", "C, libsystemd's `sd_notify()`"},
        {"jnaLibsystemd", "JNA interface mapping on libsystemd's `sd_notify()`"},
    };

    private static final String[][] CGROUP = {
        {"resolveC", "C, reads `/proc/self/cgroup` and `/proc/self/mountinfo`, parses nothing"},
        {"resolveFirst", "**systemd4j**, directory, first time"},
        {"resolveAgain", "**systemd4j**, directory, again"},
        {"resolveSimple", "`readAllLines` and `split`, directory, each time"},
        {"limitFirst", "**systemd4j**, memory limit, first time"},
        {"limitAgain", "**systemd4j**, memory limit, again"},
        {"limitOshiFirst", "OSHI, memory limit, first time"},
        {"limitOshiAgain", "OSHI, memory limit, again: what it has read shortly before"},
        {"limitJdkFirst", "the JDK's start-up code, called by force"},
        {"limitJdkAgain", "the JDK, `OperatingSystemMXBean.getTotalMemorySize()`"},
    };

    private static final String[][] JOURNAL = {
        {"journalCSendv", "C, libsystemd's `sd_journal_sendv()`"},
        {"journalCSend", "C, `send()` of the finished record on a socket that is kept"},
        {"journalOurs", "**systemd4j**, makes the record of five fields and sends it; all but the message as before"},
        {"journalOursNew", "**systemd4j**, makes the record of five fields and sends it; each text another one"},
        {"journalOursFinished", "**systemd4j**, sends a finished one again"},
    };

    private static final String[][] JOURNAL_BUSY = {
        {"journalCSendvBusy", "C, libsystemd's `sd_journal_sendv()`"},
        {"journalCSendBusy", "C, `send()` of the finished record on a socket that is kept"},
        {"journalOursBusy", "**systemd4j**, makes the record of five fields and sends it; all but the message as before"
        },
        {"journalOursNewBusy", "**systemd4j**, makes the record of five fields and sends it; each text another one"},
        {"journalOursFinishedBusy", "**systemd4j**, sends a finished one again"},
    };

    private static final String[][] FRONT_ENDS = {
        {"journalCSendv", "C, libsystemd's `sd_journal_sendv()`"},
        {"logbackOurs", "Logback, **systemd4j**"},
        {"logbackPeer", "Logback, org.gnieh:logback-journal"},
        {"log4jOurs", "Log4j, **systemd4j**"},
        {"log4jPeer", "Log4j, de.bwaldvogel:log4j-systemd-journal-appender"},
    };

    private static final String[][] ACCEPT = {
        {"acceptBound", "a listener that was bound here"},
        {"acceptAdopted", "**systemd4j**, an inherited one"},
    };

    private static final String[][] EXCHANGE = {
        {"exchangeBound", "a listener that was bound here"},
        {"exchangeAdopted", "**systemd4j**, an inherited one"},
    };

    private static final String[][] SOCKET = {
        {"bind", "binds a listener of its own"},
        {"adopt-inherited", "`System.inheritedChannel()`, one socket on descriptor 0"},
        {"adopt-opens", "**systemd4j**, gate `opens`"},
        {"adopt-jni", "**systemd4j**, no flag: gate `ffm` on 25, `jna` on 17"},
        {"adopt-jna", "**systemd4j**, gate `jna` chosen by hand"},
    };

    private static final String[][] COLD = {
        {"empty", "empty `main`"},
        {"ours-unset", "**systemd4j**, `NOTIFY_SOCKET` unset"},
        {"ours", "**systemd4j**, `ready()`"},
        {"ours-jna", "**systemd4j**, `ready()`, JNA chosen by hand"},
        {"ours-warm", "**systemd4j**, `warmUp()`, half a second of other things, `ready()`"},
        {"faljse-unset", "info.faljse:SDNotify, `NOTIFY_SOCKET` unset"},
        {"faljse", "info.faljse:SDNotify, `sendNotify()`"},
        {"libsystemd", "JNA on libsystemd's `sd_notify()`"},
        {"fork", "`ProcessBuilder(\"systemd-notify\", \"--ready\")`"},
        {"archive-empty", "empty `main`, archive"},
        {"archive-ours-unset", "**systemd4j**, `NOTIFY_SOCKET` unset, archive"},
        {"archive-ours", "**systemd4j**, `ready()`, archive"},
        {"unpacked-ours", "**systemd4j**, `ready()`, archive, JNA's library unpacked beforehand"},
        {"archive-faljse", "info.faljse:SDNotify, `sendNotify()`, archive"},
        {"archive-libsystemd", "JNA on libsystemd's `sd_notify()`, archive"},
    };

    private final Map<String, String> facts = new HashMap<>();
    /** Nanoseconds by configuration and benchmark, in the order of the rounds. */
    private final Map<String, List<Double>> nanos = new HashMap<>();
    /** Bytes of an operation, by configuration and benchmark. */
    private final Map<String, Double> bytes = new HashMap<>();
    /** Milliseconds of the processes, by name. */
    private final Map<String, List<Double>> cpu = new HashMap<>();

    private final Map<String, List<Double>> wall = new HashMap<>();
    private final Map<String, List<Double>> mainThread = new HashMap<>();
    private final StringBuilder page = new StringBuilder();

    private Report() {}

    /**
     * Writes the page.
     *
     * @param args the directory with the results, and the page to write
     */
    public static void main(String[] args) throws IOException {
        Report report = new Report();
        report.read(Path.of(args[0]));
        report.write();
        Files.writeString(Path.of(args[1]), report.page, UTF_8);
    }

    private void read(Path directory) throws IOException {
        for (String[] line : lines(directory.resolve("facts.tsv"))) {
            facts.put(line[0], line[1]);
        }
        for (String[] line : lines(directory.resolve("steady.tsv"))) {
            String key = line[0] + " " + line[2];
            double value = Double.parseDouble(line[3]);
            if (line[1].equals("0")) {
                bytes.put(key, value);
            } else {
                add(nanos, key, value);
            }
        }
        for (String[] line : lines(directory.resolve("cold.tsv"))) {
            String name = line[1].replace("+main", "");
            boolean timed = line[1].endsWith("+main");
            if (timed) {
                add(mainThread, name, Double.parseDouble(line[4]) / 1000);
            }
            // Printing costs too: the whole process is judged by the runs that don't print, where there are such.
            if (!timed || name.endsWith("ours-warm")) {
                add(cpu, name, Double.parseDouble(line[2]) / 1000);
                add(wall, name, Double.parseDouble(line[3]) / 1000);
            }
        }
    }

    private static List<String[]> lines(Path file) throws IOException {
        List<String[]> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file, UTF_8)) {
            lines.add(line.split("\t", -1));
        }
        return lines;
    }

    private static void add(Map<String, List<Double>> to, String key, double value) {
        to.computeIfAbsent(key, unused -> new ArrayList<>()).add(value);
    }

    private void write() {
        say("# Performance");
        say("");
        say("""
                Made by `jmh/run`, not edited by hand. The ratios are what counts; nanoseconds and milliseconds are those of one
                machine on one day.
                """);
        if (fact("rounds").equals("1")) {
            say(
                    "**Of `--quick`: it shows that everything runs. Nothing was warmed up, so no number here means anything.**\n");
        }
        environment();
        say("## What was promised");
        say("");
        goals();
        say("");
        say("## One notification, in the steady state");
        say("");
        steady("25-ffm", "JDK 25, system calls by java.lang.foreign");
        steady("17-jna", "JDK 17, system calls by JNA");
        steady("25-jna", "JDK 25, system calls by JNA (chosen by hand)");
        steadyMethod();
        say("## An inherited socket");
        say("");
        for (String jdk : new String[] {"25-ffm", "17-jna"}) {
            table(
                    jdk,
                    "JDK " + jdk.substring(0, 2) + ": connect, accept, a byte there and back, close",
                    "bound",
                    ACCEPT);
            table(
                    jdk,
                    "JDK " + jdk.substring(0, 2) + ": a byte there and back on an accepted connection",
                    "bound",
                    EXCHANGE);
        }
        cold("25", "JDK 25: a process that gets a listener and ends", "bind", "a listener of its own", SOCKET);
        cold("17", "JDK 17: a process that gets a listener and ends", "bind", "a listener of its own", SOCKET);
        socketMethod();
        say("## A record for the journal");
        say("");
        journal("25-ffm-journal", "JDK 25, system calls by java.lang.foreign", JOURNAL);
        journal("17-jna-journal", "JDK 17, system calls by JNA", JOURNAL);
        journal("25-jna-journal", "JDK 25, system calls by JNA (chosen by hand)", JOURNAL);
        journal("25-ffm-journal", "JDK 25, journald is busy: nobody is woken", JOURNAL_BUSY);
        journal("17-jna-journal", "JDK 17, journald is busy: nobody is woken", JOURNAL_BUSY);
        journal("25-ffm-frontends", "JDK 25: from a logging framework", FRONT_ENDS);
        journal("17-jna-frontends", "JDK 17: from a logging framework", FRONT_ENDS);
        journalMethod();
        say("## Where a process is in the control groups");
        say("");
        cgroups("25-ffm", "JDK 25");
        cgroups("17-jna", "JDK 17");
        cgroupMethod();
        say("## The first notification, as a whole process");
        say("");
        cold("25", "JDK 25; archive: AOT cache", "empty", "an empty `main`", COLD);
        cold("17", "JDK 17; archive: AppCDS", "empty", "an empty `main`", COLD);
        coldMethod();
    }

    private void environment() {
        say("| | |");
        say("|---|---|");
        say("| date | " + fact("date") + " |");
        say("| CPU | " + fact("cpu") + ", " + fact("cpus") + " CPUs |");
        say("| system | " + fact("kernel") + ", glibc " + fact("glibc") + ", gcc " + fact("gcc") + ", systemd "
                + fact("systemd") + " (" + fact("libsystemd") + "), net.unix.max_dgram_qlen " + fact("queue") + " |");
        say("| JDK 17 | " + fact("jdk17") + " |");
        say("| JDK 25 | " + fact("jdk25") + " |");
        say("| libraries | JNA " + fact("jna") + ", info.faljse:SDNotify " + fact("faljse") + ", JMH " + fact("jmh")
                + ", OSHI " + fact("oshi") + ", Logback " + fact("logback") + ", Log4j " + fact("log4j")
                + ", org.gnieh:logback-journal " + fact("gnieh") + ", de.bwaldvogel:log4j-systemd-journal-appender "
                + fact("bwaldvogel") + " |");
        say("| control groups | " + fact("cgroup-lines") + " lines in /proc/self/cgroup, " + fact("mounts")
                + " in /proc/self/mountinfo |");
        say("| forks | " + fact("rounds") + " of each benchmark, each with 4 warm-up and " + fact("iterations")
                + " measured iterations of " + fact("millis") + " ms; one more fork for the bytes |");
        say("| processes | " + fact("starts") + " of each kind |");
        say("| load average | " + fact("load-before") + " before, " + fact("load-after") + " after |");
        say("");
    }

    private void goals() {
        say("| promise | measured | spread | |");
        say("|---|--:|--:|---|");
        steadyGoal("25-ffm", "JDK 25: `watchdog()` ≤ 1.15 of C `send()`", 1.15);
        steadyGoal("17-jna", "JDK 17: `watchdog()` ≤ 1.4 of C `send()`", 1.4);
        bytesGoal("25-ffm", "JDK 25: `watchdog()` and a constant allocate nothing");
        bytesGoal("17-jna", "JDK 17: `watchdog()` and a constant allocate nothing");
        journalGoal("25-ffm", "JDK 25: a journal record ≤ 0.45 of C `sd_journal_sendv()`", 0.45);
        journalGoal("17-jna", "JDK 17: a journal record ≤ 0.8 of C `sd_journal_sendv()`", 0.8);
        noBytesGoal("25-ffm-journal journalOurs", "JDK 25: a journal record allocates nothing but its message");
        noBytesGoal("17-jna-journal journalOurs", "JDK 17: a journal record allocates nothing but its message");
        for (String jdk : new String[] {"25-ffm", "17-jna"}) {
            String name = "JDK " + jdk.substring(0, 2);
            cgroupGoal(jdk, "resolveFirst", name + ": first directory of a control group ≤ 1.3 of C's two reads", 1.3);
            cgroupGoal(jdk, "resolveAgain", name + ": the same again ≤ 0.15", 0.15);
        }
        coldGoal("25", "ours-unset", "JDK 25: `NOTIFY_SOCKET` unset ≤ 1.05 of an empty `main`", 1.05);
        coldGoal("17", "ours-unset", "JDK 17: `NOTIFY_SOCKET` unset ≤ 1.05 of an empty `main`", 1.05);
        coldGoal("25", "archive-ours", "JDK 25 with the AOT cache: first `ready()` ≤ 2.5 of an empty `main`", 2.5);
        for (String jdk : new String[] {"25", "17"}) {
            double remains = median(mainThread, jdk + " ours-warm") / median(mainThread, jdk + " ours");
            goal(
                    "JDK " + jdk + ": with `warmUp()`, nothing of it on the main thread",
                    number(median(mainThread, jdk + " ours-warm"), 1) + " ms there, without "
                            + number(median(mainThread, jdk + " ours"), 1) + " ms",
                    "",
                    remains < 0.01 ? "kept" : number(100 * remains, 0) + " % stay there");
        }
        say("");
        say("""
                Spread: the least and the most of the forks' ratios; of processes, the middle half.

                On JDK 17, JNA's bare call takes %s of C `send()` by itself: what we add to it is the difference. With
                `NOTIFY_SOCKET` unset, what is left is one more jar that is opened, three classes of ours and the JDK's for the
                environment; these are also what stays on the main thread with `warmUp()`.
                """.formatted(number(median(ratios("17-jna", "jnaSend")), 2)).stripTrailing());
    }

    private void steadyGoal(String configuration, String promise, double limit) {
        List<Double> ratios = ratios(configuration, "oursWatchdog");
        ratioGoal(promise, median(ratios), quantile(ratios, 0), quantile(ratios, 1), limit);
    }

    private void journalGoal(String configuration, String promise, double limit) {
        List<Double> ratios = ratios(configuration + "-journal", "journalOurs", JOURNAL[0][0]);
        ratioGoal(promise, median(ratios), quantile(ratios, 0), quantile(ratios, 1), limit);
    }

    private void cgroupGoal(String configuration, String benchmark, String promise, double limit) {
        List<Double> ratios = ratios(configuration, benchmark, CGROUP[0][0]);
        ratioGoal(promise, median(ratios), quantile(ratios, 0), quantile(ratios, 1), limit);
    }

    private void coldGoal(String jdk, String name, String promise, double limit) {
        List<Double> values = cpu.getOrDefault(jdk + " " + name, List.of());
        double empty = median(cpu, jdk + " empty");
        ratioGoal(
                promise, median(values) / empty, quantile(values, 0.25) / empty, quantile(values, 0.75) / empty, limit);
    }

    /** A spread on both sides of the limit means that another run may say otherwise. */
    private void ratioGoal(String promise, double measured, double least, double most, double limit) {
        String verdict = measured <= limit ? "kept" : "**not kept**";
        goal(
                promise,
                number(measured, 3),
                number(least, 2) + " – " + number(most, 2),
                least <= limit && limit < most ? verdict + ", within the spread" : verdict);
    }

    private void bytesGoal(String configuration, String promise) {
        double most = Math.max(
                bytes.getOrDefault(configuration + " oursWatchdog", Double.NaN),
                bytes.getOrDefault(configuration + " oursConstant", Double.NaN));
        bytesGoal(promise, most);
    }

    private void noBytesGoal(String key, String promise) {
        bytesGoal(promise, bytes.getOrDefault(key, Double.NaN));
    }

    private void bytesGoal(String promise, double most) {
        goal(promise, number(most, 0) + " B", "", most < 0.5 ? "kept" : "**not kept**");
    }

    private void goal(String promise, String measured, String spread, String verdict) {
        say("| " + promise + " | " + measured + " | " + spread + " | " + verdict + " |");
    }

    private void steady(String configuration, String title) {
        table(configuration, title, "C `send()`", STEADY);
    }

    private void cgroups(String configuration, String title) {
        table(configuration, title, "C's two reads", CGROUP);
    }

    private void journal(String configuration, String title, String[][] rows) {
        table(configuration, title, "`sd_journal_sendv()`", rows);
    }

    /** The first row is the floor. */
    private void table(String configuration, String title, String floor, String[][] rows) {
        say("### " + title);
        say("");
        say("| | of " + floor + " | least – most | ns | B |");
        say("|---|--:|--:|--:|--:|");
        for (String[] row : rows) {
            String key = configuration + " " + row[0];
            if (nanos.containsKey(key)) {
                List<Double> ratios = ratios(configuration, row[0], rows[0][0]);
                say("| " + row[1] + " | " + number(median(ratios), 2) + " | " + number(quantile(ratios, 0), 2) + " – "
                        + number(quantile(ratios, 1), 2) + " | " + number(median(nanos, key), 0) + " | "
                        + number(bytes.getOrDefault(key, Double.NaN), 0) + " |");
            }
        }
        say("");
    }

    private void journalMethod() {
        say("""
                How: CPU time of the sender's thread, because the receiver is a process of its own, as journald is. It is bound at
                `/run/systemd/journal/socket`, where libsystemd looks for journald, in namespaces of the benchmark's own, with
                the queue that systemd sets (512). %s records go in a row; then, outside of the measured time, it is waited until
                all have arrived. In such a row the receiver does nothing but receive: who is slower than it has to wake it for
                each record, as libsystemd here; who is faster finds the queue full now and then. Where journald is busy, %s records
                go in a row while the receiver takes none: nobody is woken, and there is room for all, so this is the sender's own
                work alone. A process's value is the median of %s rows of each kind, which take turns; the tables show the medians
                over the processes, and the ratio to C in the same process. Bytes are those that the JVM counts for the
                thread, in a process of their own.

                A record has PRIORITY, SYSLOG_IDENTIFIER, LOGGER, THREAD_NAME and a MESSAGE, 239 bytes, the same in C and in Java. C has its
                fields ready made. Ours has another message each time, and the other fields *as before*, which is to say the same objects:
                a record leaves those with which it begins again as they are. Where *each text is another one*, all are encoded. From a framework it is the message, two
                entries of the context (MDC, ThreadContext), and what the appender adds. Both peers call libsystemd by JNA.

                Limits: one thread, and a message that is there already. journald itself spends some
                twenty microseconds on each record: what a sender can win is its own time, its garbage, and not to be held up.
                """.formatted(JournalCost.LONG_ROW, JournalCost.SHORT_ROW, fact("rows")));
    }

    private void cgroupMethod() {
        say("""
                How: in the same harness, C too, each by one JNI call. *First* is an object that was made for this one question,
                in a JVM that is warm; *again* is one that is kept. Ours reads `/proc/self/cgroup` anew each time, so that a move is
                noticed, and asks the mount point whether it is still the same, in a row of questions every 100 microseconds:
                a question after a pause takes that one stat(2) more. A limit is read from its file each time. OSHI and the
                JDK answer another question than ours, in which the directory is only a step, so theirs stand beside our limit.
                What the JDK does at its start cannot be asked for again; here it is called by `--add-opens` and reflection, on
                JDK 25 alone: on 17 it ends with a NullPointerException in some layouts. Where it meets v1 and v2 together, as
                in a hybrid layout, it gives up early.
                """);
    }

    /** Of each round by itself: both forks had the same minute of the machine. */
    private List<Double> ratios(String configuration, String benchmark) {
        return ratios(configuration, benchmark, STEADY[0][0]);
    }

    private List<Double> ratios(String configuration, String benchmark, String floorName) {
        List<Double> floor = nanos.getOrDefault(configuration + " " + floorName, List.of());
        List<Double> values = nanos.getOrDefault(configuration + " " + benchmark, List.of());
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(floor.size(), values.size()); i++) {
            ratios.add(values.get(i) / floor.get(i));
        }
        return ratios;
    }

    private void steadyMethod() {
        say("""
                How: an operation is one datagram, `WATCHDOG=1` where nothing else is said. An invocation sends eight, because
                the kernel queues few; after it, outside of the measured time, the queue is emptied and counted, so that what
                was not sent is not measured. The receiver is bound in the same process, with SO_PASSCRED as systemd's. C runs
                in the same harness, eight `send()` in one JNI call. Harness and JNI call together take %s ns of an operation,
                %s %% of the floor (measured with an empty C function, not subtracted). A fork's value is the median of its
                batches (JMH's sample mode), which time slices of other processes do not move. The tables show the medians
                over the forks, and the ratio to C of the same round. Bytes are JMH's gc.alloc.rate.norm in average mode, from
                a fork of its own; the harness's own, less than half a byte, are rounded away.

                Limits: one thread, nobody else on the socket, a queue that is never full. systemd then reads each datagram and
                acts on it, which costs far more than any of these rows.
                """.formatted(
                number(median(nanos, "25-ffm nothing"), 0), number(100 * median(ratios("25-ffm", "nothing")), 1)));
    }

    private void socketMethod() {
        say("""
                How: client and server are one thread of one process, which connects, accepts and talks to itself over the
                loopback interface; the listener was adopted from a copy of its descriptor, through the gate of that JVM. The
                processes are started as those of the next section, with a listening TCP socket as systemd passes it (for
                `inheritedChannel` as inetd does). No archive.
                """);
    }

    private void cold(String jdk, String title, String base, String baseText, String[][] rows) {
        say("### " + title);
        say("");
        say("| | CPU, of " + baseText + " | middle half | CPU ms | wall clock ms | main thread ms |");
        say("|---|--:|--:|--:|--:|--:|");
        double empty = median(cpu, jdk + " " + base);
        for (String[] row : rows) {
            String key = jdk + " " + row[0];
            List<Double> values = cpu.get(key);
            if (values != null) {
                say("| " + row[1] + " | " + number(median(values) / empty, 2) + " | "
                        + number(quantile(values, 0.25) / empty, 2) + " – "
                        + number(quantile(values, 0.75) / empty, 2) + " | " + number(median(values), 1) + " | "
                        + number(median(wall, key), 1) + " | "
                        + (mainThread.containsKey(key) ? number(median(mainThread, key), 1) : "") + " |");
            }
        }
        say("");
    }

    private void coldMethod() {
        say("""
                For scale: a C program that calls libsystemd's `sd_notify()` takes %s ms of CPU, the program `systemd-notify
                --ready` %s ms.

                How: a C program starts each process, receives what it notifies, and takes CPU (user and system, children that
                were waited for included) from `wait4`. All kinds take turns in each round; the tables show medians. *Main
                thread* is what the calls took there on the wall clock, in processes of their own; for `warmUp()` all three
                calls together: the making of the notifier, `warmUp()`, `ready()`. The half second stands for the service's own
                start. Nobody else needed a CPU in it, so the background thread had one.

                An archive is made by one run that notifies somebody and ends, with the same class path and options:

                ```sh
                # JDK 25
                java --enable-native-access=ALL-UNNAMED -XX:AOTCacheOutput=app.aot -cp app.jar:lib.jar Main
                java --enable-native-access=ALL-UNNAMED -XX:AOTCache=app.aot -cp app.jar:lib.jar Main
                # JDK 17
                java -XX:ArchiveClassesAtExit=app.jsa -cp app.jar:lib.jar Main
                java -XX:SharedArchiveFile=app.jsa -cp app.jar:lib.jar Main
                # JDK 17, with JNA's library unpacked beforehand: add the two options to both of these
                unzip -j jna.jar com/sun/jna/linux-x86-64/libjnidispatch.so -d /usr/lib/SERVICE
                java -Djna.boot.library.path=/usr/lib/SERVICE -Djna.platform.library.path=/usr/lib ...
                ```

                The last option is where JNA looks for libraries by name; without it, JNA starts `/sbin/ldconfig -p` to learn
                that, once in each process, whether anybody needs it or not.

                Limits: the class path has six small jars and the programs do nothing else. A service that uses lambdas, method
                handles or JNA anyway pays less for us, because it has paid for those. SDNotify brings slf4j-api and runs here
                without a logging back-end, as its POM has it.
                """.formatted(number(median(cpu, "c sd_notify"), 1), number(median(cpu, "c systemd-notify"), 1))
                .stripTrailing());
    }

    private void say(String line) {
        page.append(line).append('\n');
    }

    private String fact(String name) {
        return facts.getOrDefault(name, "unknown");
    }

    private static double median(Map<String, List<Double>> of, String key) {
        return median(of.getOrDefault(key, List.of()));
    }

    private static double median(List<Double> values) {
        return quantile(values, 0.5);
    }

    private static double quantile(List<Double> values, double part) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = new ArrayList<>(values);
        sorted.sort(null);
        double at = part * (sorted.size() - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (at - below) * (sorted.get(above) - sorted.get(below));
    }

    private static String number(double value, int digits) {
        return Double.isNaN(value) ? "?" : String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
