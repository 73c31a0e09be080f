package io.github.systemd4j.samples.activated;

import static io.github.systemd4j.samples.activated.Box.run;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The packaged jar and its units, as shipped, under a real systemd. Writes to the box's root, which goes with it. */
@Timeout(180)
class ActivatedBoxIT {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Path UNITS = Path.of("/etc/systemd/system");
    private static final int PORT = 8080;
    private static final int CLIENTS = 200;

    @BeforeAll
    static void install() throws Exception {
        Box.install();
        Files.deleteIfExists(Path.of("/usr/bin/java"));
        Files.createSymbolicLink(Path.of("/usr/bin/java"), JAVA);
        for (String unit : List.of("activated.socket", "activated.service")) {
            Files.copy(Path.of("systemd", unit), UNITS.resolve(unit));
        }
        // Twenty restarts in a row are this test's wish, not a failure.
        Path dropIns = Files.createDirectories(UNITS.resolve("activated.service.d"));
        Files.writeString(dropIns.resolve("test.conf"), "[Unit]\nStartLimitIntervalSec=0\n");
        assertThat(run("systemctl", "daemon-reload")).isEmpty();
    }

    @BeforeEach
    void listen() throws Exception {
        assertThat(run("systemctl", "start", "activated.socket")).isEmpty();
    }

    @AfterEach
    void stop() throws Exception {
        run("systemctl", "stop", "activated.socket", "activated.service");
        run("systemctl", "reset-failed", "activated.service");
    }

    @Test
    void theFirstConnectionStartsItAndItServesBothSockets() throws Exception {
        assertThat(show("ActiveState")).isEqualTo("inactive");

        assertThat(get()).startsWith("HTTP/1.1 200 OK").contains("Hello from process ");

        assertThat(show("ActiveState")).isEqualTo("active");
        assertThat(show("StatusText")).isEqualTo("serving on 2 sockets");
        try (SocketChannel unix = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            unix.connect(UnixDomainSocketAddress.of("/run/activated.sock"));
            unix.write(ByteBuffer.wrap("GET / HTTP/1.0\r\n\r\n".getBytes(UTF_8)));
            assertThat(new String(Channels.newInputStream(unix).readAllBytes(), UTF_8))
                    .endsWith(", answer 2\n");
        }
        assertThat(run("systemctl", "stop", "activated.service")).doesNotContain("Failed");
        assertThat(show("ActiveState")).isEqualTo("inactive"); // and not "failed"
        assertThat(get()).contains("answer 1"); // and it is started again
    }

    @Test
    void itGoesWhenNobodyNeedsItAndComesBack() throws Exception {
        Path dropIn = UNITS.resolve("activated.service.d/idle.conf");
        Files.writeString(
                dropIn,
                "[Service]\nExecStart=\nExecStart=/usr/bin/java -jar /opt/activated/activated.jar --idle-exit 1\n");
        run("systemctl", "daemon-reload");
        try {
            String first = get();
            while (!show("ActiveState").equals("inactive")) {
                Thread.onSpinWait();
            }
            assertThat(show("Result")).isEqualTo("success");
            assertThat(get()).contains("answer 1").isNotEqualTo(first);
        } finally {
            Files.delete(dropIn);
            run("systemctl", "daemon-reload");
        }
    }

    /** Two hundred requests in each second while the service is restarted twenty times. */
    @Test
    void restartsUnderLoadRefuseNobodyAndResetNobody() throws Exception {
        get();
        Map<String, Integer> outcomes = new TreeMap<>();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS); // at once, however long a restart takes
        CountDownLatch restarted = new CountDownLatch(1);
        Thread restarts = new Thread(() -> {
            try {
                for (int i = 0; i < 20; i++) {
                    assertThat(run("systemctl", "restart", "activated.service")).isEmpty();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            } finally {
                restarted.countDown();
            }
        });
        List<Future<String>> answers = new ArrayList<>();
        long start = System.nanoTime();
        restarts.start();
        while (answers.size() < 1000 || restarted.getCount() > 0) {
            answers.add(clients.submit(ActivatedBoxIT::outcome));
            long due = start + answers.size() * 5_000_000L - System.nanoTime();
            TimeUnit.NANOSECONDS.sleep(due); // the rate, not a wait for anything
        }
        for (Future<String> answer : answers) {
            outcomes.merge(answer.get(), 1, Integer::sum);
        }
        clients.shutdown();
        System.out.println(answers.size() + " requests over 20 restarts: " + outcomes);

        assertThat(answers).hasSizeGreaterThanOrEqualTo(1000);
        assertThat(outcomes).containsOnlyKeys("answered");
        assertThat(show("ActiveState")).isEqualTo("active");
        assertThat(run("journalctl", "-u", "activated.service", "-o", "cat")).doesNotContain("left open");
    }

    private static String outcome() {
        try {
            return get().contains("Hello from process ") ? "answered" : "an answer that is none";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String get() throws IOException {
        return Box.get(PORT);
    }

    private static String show(String property) throws Exception {
        return run("systemctl", "show", "--value", "-p", property, "activated.service");
    }
}
