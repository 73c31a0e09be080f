package io.github.systemd4j.samples.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The packaged jar and its unit, as shipped, under a real systemd. Writes to the box's root, which goes with it. */
@Timeout(600)
class KeeperBoxIT {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Path JAR = Path.of("/opt/supervisor/supervisor.jar");
    private static final Path UNITS = Path.of("/etc/systemd/system");
    private static final Path SERVICES = Path.of("/etc/supervisor");
    private static final Path WAIT = Path.of("/run/wait");
    private static final SocketAddress WEB = new InetSocketAddress("127.0.0.1", 8080);
    private static final SocketAddress DB = UnixDomainSocketAddress.of("/run/db.sock");
    private static final String UNIT = "supervisor.service";
    private static final int RESTARTS = 20;
    private static final int KILLS = 5;

    private String begun = "";

    @BeforeAll
    static void install() throws Exception {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        Files.createDirectories(JAR.getParent());
        Files.copy(Path.of("target", "supervisor.jar"), JAR);
        Files.deleteIfExists(Path.of("/usr/bin/java"));
        Files.createSymbolicLink(Path.of("/usr/bin/java"), JAVA);
        Files.copy(Path.of("systemd", UNIT), UNITS.resolve(UNIT));
        // So many restarts in a row are this test's wish, not a failure. And there may be a time between two
        // supervisors.
        Path dropIns = Files.createDirectories(UNITS.resolve(UNIT + ".d"));
        Files.writeString(
                dropIns.resolve("test.conf"),
                "[Unit]\nStartLimitIntervalSec=0\n" + "[Service]\nExecStartPre=/bin/sh -c 'while [ -e " + WAIT
                        + " ]; do sleep 0.1; done'\n");
        assertThat(run("systemctl", "daemon-reload")).isEmpty();
    }

    @BeforeEach
    void start() throws Exception {
        Files.createDirectories(SERVICES);
        run("journalctl", "--sync"); // what an earlier test caused stands before this
        Instant now = Instant.now();
        begun = "--since=@%d.%06d".formatted(now.getEpochSecond(), now.getNano() / 1000);
        service(
                "web",
                "--listen http=8080 --watchdog 10 --restarts 9 --journal web --limit TasksMax=60",
                "count",
                "serve",
                "ready",
                "pings",
                "hang");
        service("db", "--listen db=/run/db.sock --restarts 9 --limit MemoryMax=536870912", "serve", "ready", "hang");
        assertThat(run("systemctl", "start", UNIT)).as(this::log).isEmpty();
        awaitActive("db active, web active");
    }

    private static void service(String name, String options, String... steps) throws IOException {
        String classes = JAR + ":" + Path.of("target", "test-classes").toAbsolutePath();
        String java = JAVA + " -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
                + (Runtime.version().feature() >= 22 ? " --enable-native-access=ALL-UNNAMED" : "");
        Files.writeString(
                SERVICES.resolve(name),
                options + "\n--\n" + java + " -cp " + classes + " " + Program.class.getName() + " "
                        + String.join(" ", steps) + "\n");
    }

    @AfterEach
    void stop() throws Exception {
        Files.deleteIfExists(WAIT);
        run("systemctl", "stop", UNIT);
        run("systemctl", "reset-failed", UNIT);
        run("rm", "-r", SERVICES.toString());
        assertThat(run("systemctl", "list-units", "--all", "--plain", "--no-legend", "supervisor-*.scope"))
                .isEmpty();
        assertThat(Path.of("/run/supervisor")).doesNotExist();
        assertThat(Path.of("/run/db.sock")).doesNotExist();
    }

    @Test
    void restartsUnderLoadStopNothingAndRefuseNobody() throws Exception {
        String web = answer(WEB);
        String db = answer(DB);
        Load load = new Load();
        load.start();
        for (int i = 0; i < RESTARTS; i++) {
            assertThat(run("systemctl", "restart", UNIT)).as(this::log).isEmpty();
            assertThat(show(UNIT, "NFileDescriptorStore")).isEqualTo("8");
        }
        awaitActive("db active, web active");
        List<Integer> lines = lines();
        for (int i = 0; i < KILLS; i++) {
            kill();
        }
        awaitActive("db active, web active");
        Map<String, Integer> outcomes = load.end();
        System.out.println(RESTARTS + " restarts, " + KILLS + " kills: " + outcomes + "; " + lines.size()
                + " lines over the restarts, the last is line " + Collections.max(lines));

        assertThat(outcomes).containsOnlyKeys("db " + db, "web " + web);
        assertThat(group(web)).endsWith("/supervisor.slice/supervisor-web.scope");
        assertThat(group(db)).endsWith("/supervisor.slice/supervisor-db.scope");
        assertThat(show("supervisor-web.scope", "TasksMax")).isEqualTo("60");
        assertThat(limit("pids", "supervisor-web.scope", "pids.max", "60")).isEqualTo("60");
        assertThat(show("supervisor-db.scope", "MemoryMax")).isEqualTo("536870912");
        assertThat(log().lines().filter(line -> line.contains("found pid " + web + " again")))
                .hasSize(RESTARTS + KILLS);
        assertThat(log().lines().filter(line -> line.contains("found pid " + db + " again")))
                .hasSize(RESTARTS + KILLS);
        assertThat(log()).doesNotContain("left-over process");
        // of what the child printed nothing is missing or there twice
        assertThat(lines).hasSize(Collections.max(lines)).doesNotHaveDuplicates();
    }

    @Test
    void theNewSupervisorDoesWhatTheOldOneDid() throws Exception {
        String web = answer(WEB);
        assertThat(run("systemctl", "restart", UNIT)).isEmpty();

        run("kill", "-KILL", web); // it is not this supervisor's child
        awaitLog("pid " + web + " ended, its status is unknown");
        String second = answer(WEB); // which waits for the next process
        awaitLog("pid " + second + " ", "-> active");
        assertThat(second).isNotEqualTo(web);
        assertThat(group(second)).endsWith("/supervisor.slice/supervisor-web.scope");

        assertThat(run("systemctl", "restart", UNIT)).isEmpty();
        run("kill", "-STOP", second);
        awaitLog("watchdog missed: SIGKILL to pid " + second);
        String third = answer(WEB);
        assertThat(third).isNotEqualTo(second);
        awaitLog("pid " + third + " ", "-> active");
        assertThat(show(UNIT, "NFileDescriptorStore")).isEqualTo("8");
        assertThat(pidfds(show(UNIT, "MainPID"))).as("one for each service").isEqualTo(2);
    }

    @Test
    void whoseFileHasChangedBeginsAnewAndTheOthersDoNotNotice() throws Exception {
        String web = answer(WEB);
        String db = answer(DB);
        Load load = new Load();
        load.start();
        service("web", "--listen admin=8081 --listen http=8080 --restarts 9", "serve", "ready", "hang");

        assertThat(run("systemctl", "restart", UNIT)).isEmpty();

        awaitActive("db active, web active");
        Map<String, Integer> outcomes = load.end();
        String second = answer(WEB);
        assertThat(second).isNotEqualTo(web);
        assertThat(Path.of("/proc", web)).doesNotExist();
        assertThat(answer(new InetSocketAddress("127.0.0.1", 8081))).isEqualTo(second);
        // Whom the old one had accepted when it was stopped may be reset; refused is nobody.
        assertThat(outcomes).containsKeys("db " + db, "web " + second);
        assertThat(outcomes.keySet()).noneMatch(each -> each.contains("refused"));
        assertThat(show(UNIT, "NFileDescriptorStore")).isEqualTo("7"); // one more listener, and no pipes
        service("web", "--listen http=8080 --listen admin=8081 --restarts 9", "serve", "ready", "hang");
        assertThat(run("systemctl", "restart", UNIT)).isEmpty();
        assertThat(answer(WEB)).isNotEqualTo(second);
        assertThat(answer(DB)).isEqualTo(db);
    }

    @Test
    void aFileThatIsWrongStopsNothing() throws Exception {
        String web = answer(WEB);
        String db = answer(DB);
        Files.writeString(SERVICES.resolve("web~"), "-- old");
        Files.writeString(SERVICES.resolve("db"), "--restarts many -- db");
        Files.createDirectory(SERVICES.resolve("directory"));

        assertThat(run("systemctl", "restart", UNIT)).isEmpty();

        awaitActive("db active, web active");
        assertThat(answer(WEB)).isEqualTo(web);
        assertThat(answer(DB)).isEqualTo(db);
        assertThat(log())
                .contains("/etc/supervisor/web~: the name of a service has")
                .contains("/etc/supervisor/db: --restarts many: must be a number from 0 to 1000000; goes on")
                .contains("/etc/supervisor/directory cannot be read");
        assertThat(show(UNIT, "NFileDescriptorStore")).isEqualTo("8");
    }

    @Test
    void whatAServiceLeftInItsScopeIsStoppedWithIt() throws Exception {
        Path file = Path.of("/run/left");
        Path script = Path.of("/run/parent.sh");
        Files.writeString(script, """
                (setsid sleep 1000 & echo $! > %s)
                systemd-notify --ready
                exec sleep 1000
                """.formatted(file));
        Files.writeString(SERVICES.resolve("parent"), "--access all -- /bin/sh " + script);
        assertThat(run("systemctl", "restart", UNIT)).isEmpty();
        awaitActive("db active, parent active, web active");
        String left = Files.readString(file).strip();
        assertThat(group(left)).endsWith("/supervisor.slice/supervisor-parent.scope");

        assertThat(run("systemctl", "stop", UNIT)).isEmpty();

        assertThat(Path.of("/proc", left)).doesNotExist();
        assertThat(show(UNIT, "Result")).isEqualTo("success");
    }

    @Test
    void whoEndsWhileNobodyLooksIsStartedAgain() throws Exception {
        String web = answer(WEB);
        String db = answer(DB);

        run("kill", "-KILL", show(UNIT, "MainPID"), web);

        awaitLog("pid " + web + " has ended meanwhile, and its status went to systemd");
        awaitActive("db active, web active");
        assertThat(answer(WEB)).isNotEqualTo(web);
        assertThat(answer(DB)).isEqualTo(db);
    }

    @Test
    void whatIsSaidWhileNobodyListensIsHeard() throws Exception {
        Path go = Path.of("/run/go");
        Path said = Path.of("/run/said");
        service("late", "", "await:" + go, "ready", "touch:" + said, "hang");
        assertThat(run("systemctl", "restart", UNIT)).isEmpty();
        awaitActive("db active, late activating, web active");

        Files.createFile(WAIT);
        assertThat(run("systemctl", "restart", "--no-block", UNIT)).isEmpty();
        await("start-pre", () -> show(UNIT, "SubState"));
        Files.createFile(go);
        await(true, () -> Files.exists(said));
        Files.delete(WAIT);

        awaitActive("db active, late active, web active");
        assertThat(log()).contains("is activating");
    }

    @Test
    void whoIsNoLongerWantedIsStopped() throws Exception {
        String web = answer(WEB);
        String db = answer(DB);
        Files.delete(SERVICES.resolve("db"));

        assertThat(run("systemctl", "restart", UNIT)).isEmpty();

        awaitActive("web active");
        assertThat(Path.of("/proc", db)).doesNotExist();
        assertThat(answer(WEB)).isEqualTo(web);
        assertThat(show(UNIT, "NFileDescriptorStore")).isEqualTo("5");
        Files.delete(Path.of("/run/db.sock")); // of a service that is not known any more
    }

    @Test
    void aStopStopsAll() throws Exception {
        String web = answer(WEB);
        String db = answer(DB);
        assertThat(run("systemctl", "restart", UNIT)).isEmpty();

        assertThat(run("systemctl", "stop", UNIT)).isEmpty();

        assertThat(log()).contains("the job is stop: stopping all");
        assertThat(show(UNIT, "Result")).isEqualTo("success");
        assertThat(show(UNIT, "NFileDescriptorStore")).isEqualTo("0");
        assertThat(Path.of("/proc", web)).doesNotExist();
        assertThat(Path.of("/proc", db)).doesNotExist();
    }

    @Test
    void whatAnUnexpectedEndHasLeftIsReplacedByTheNextStart() throws Exception {
        String web = answer(WEB);
        Files.createFile(WAIT);
        run("kill", "-KILL", show(UNIT, "MainPID"));
        await("start-pre", () -> show(UNIT, "SubState"));

        assertThat(run("systemctl", "stop", UNIT)).isEmpty(); // there is no supervisor that could stop anything

        assertThat(show(UNIT, "NFileDescriptorStore")).isEqualTo("0");
        assertThat(group(web)).endsWith("/supervisor.slice/supervisor-web.scope");
        Files.delete(WAIT);
        assertThat(run("systemctl", "start", UNIT)).isEmpty();
        awaitActive("db active, web active");
        assertThat(log()).contains("stopped what was left in supervisor-web.scope");
        assertThat(Path.of("/proc", web)).doesNotExist();
        assertThat(answer(WEB)).isNotEqualTo(web);
    }

    /** Clients of both sockets, some hundred in a second each, until they are told to end. */
    private static final class Load {

        private final Map<String, Integer> outcomes = new TreeMap<>();
        private final AtomicBoolean ended = new AtomicBoolean();
        private final List<Thread> threads = new ArrayList<>();

        void start() {
            for (SocketAddress each : List.of(WEB, DB)) {
                Thread thread = new Thread(() -> {
                    while (!ended.get()) {
                        String outcome = outcome(each);
                        synchronized (outcomes) {
                            outcomes.merge(outcome, 1, Integer::sum);
                        }
                        LockSupport.parkNanos(1_000_000); // the rate, not a wait for anything
                    }
                });
                threads.add(thread);
                thread.start();
            }
        }

        private static String outcome(SocketAddress address) {
            try {
                return (address == WEB ? "web " : "db ") + answer(address);
            } catch (IOException e) {
                return e.toString();
            }
        }

        Map<String, Integer> end() throws InterruptedException {
            ended.set(true);
            for (Thread each : threads) {
                each.join();
            }
            return outcomes;
        }
    }

    /** SIGKILL to the supervisor; returns when the next one is ready. */
    private void kill() throws Exception {
        String old = show(UNIT, "MainPID");
        run("kill", "-KILL", old);
        await(
                true,
                () -> !List.of(old, "0").contains(show(UNIT, "MainPID"))
                        && show(UNIT, "ActiveState").equals("active"));
    }

    /** The numbers of the lines that the journal has of the service. */
    private List<Integer> lines() throws Exception {
        run("journalctl", "--sync");
        return run("journalctl", "-o", "cat", "-t", "web", begun)
                .lines()
                .filter(line -> line.startsWith("line "))
                .map(line -> Integer.parseInt(line.substring(5)))
                .toList();
    }

    private static String answer(SocketAddress address) throws IOException {
        try (SocketChannel channel = SocketChannel.open(address)) {
            return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
        }
    }

    /** Where systemd has a process. */
    private static String group(String pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", pid, "cgroup")).stream()
                .filter(line -> line.contains("supervisor"))
                .findFirst()
                .orElse("in none of ours");
    }

    /** The kernel's limit in v1; in the box's v2 there is no controller. */
    private static String limit(String controller, String unit, String file, String otherwise) throws Exception {
        Path path = Path.of("/sys/fs/cgroup/" + controller + show(unit, "ControlGroup") + "/" + file);
        return Files.exists(path) ? Files.readString(path).strip() : otherwise;
    }

    private void awaitActive(String standings) throws Exception {
        await(standings, () -> show(UNIT, "StatusText"));
    }

    /** A line with all of these. */
    private void awaitLog(String... texts) throws Exception {
        await(true, () -> log().lines().anyMatch(line -> Stream.of(texts).allMatch(line::contains)));
    }

    /** How many descriptors of processes a process has. */
    private static int pidfds(String pid) throws IOException {
        int count = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc", pid, "fdinfo"))) {
            for (Path each : all) {
                count += Files.readString(each).contains("\nPid:") ? 1 : 0;
            }
        }
        return count;
    }

    private void await(Object answer, Callable<?> question) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        Object last = question.call();
        while (!answer.equals(last) && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(20);
            last = question.call();
        }
        assertThat(last).as(this::log).isEqualTo(answer);
    }

    private static String show(String unit, String property) throws Exception {
        return run("systemctl", "show", "--value", "-p", property, unit);
    }

    /** What the journal has of the unit, since the test began. */
    private String log() {
        try {
            run("journalctl", "--sync");
            return run("journalctl", "-o", "cat", "-u", UNIT, begun);
        } catch (Exception e) {
            return e.toString();
        }
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        process.waitFor();
        return output;
    }
}
