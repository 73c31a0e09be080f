package io.github.systemd4j.journal.logging;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.systemd4j.journal.FakeJournal;
import io.github.systemd4j.journal.NativeProtocol;
import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.ErrorManager;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The handler as logging.properties sets it up, in front of a socket where journald's would be. */
@Timeout(120)
class JournalHandlerIT {

    @TempDir
    private Path directory;

    private Path path;
    private final Logger logger = Logger.getLogger("org.example.Shop");

    @BeforeEach
    void name() {
        path = directory.resolve("socket");
    }

    @AfterEach
    void reset() throws Exception {
        LogManager.getLogManager().readConfiguration();
    }

    private void configure(String... properties) throws Exception {
        String name = JournalHandler.class.getName();
        StringBuilder text = new StringBuilder("handlers=" + name + "\n.level=ALL\n" + name + ".socket=" + path + "\n");
        for (String property : properties) {
            text.append(name).append('.').append(property).append('\n');
        }
        LogManager.getLogManager()
                .readConfiguration(new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.ISO_8859_1)));
        assertThat(Logger.getLogger("").getHandlers()).hasSize(1); // which makes it
    }

    private static Map<String, List<String>> next(FakeJournal journal) {
        return NativeProtocol.texts(journal.fields());
    }

    @Test
    void nothingButTheMessageNeedBeSaid() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            configure("syslogIdentifier = shop");
            logger.log(Level.INFO, "{0} started\nnow", "läuft");

            Map<String, List<String>> fields = next(journal);
            assertThat(fields.remove("TID").get(0)).matches("[1-9][0-9]*");
            assertThat(fields)
                    .isEqualTo(Map.of(
                            "PRIORITY", List.of("6"),
                            "SYSLOG_IDENTIFIER", List.of("shop"),
                            "CONTAINER_NAME", List.of("web"),
                            "LOGGER", List.of("org.example.Shop"),
                            "THREAD_NAME", List.of(Thread.currentThread().getName()),
                            "MESSAGE", List.of("läuft started\nnow")));
        }
    }

    @Test
    void exceptionsAndTheLocation() throws Exception {
        Exception thrown = new UncheckedIOException(
                "no database", new SystemCallException("connect", "/run/db", Errno.ECONNREFUSED, null));
        try (FakeJournal journal = FakeJournal.at(path)) {
            configure("location = true");
            logger.log(Level.SEVERE, "refused", thrown);

            Map<String, List<String>> fields = next(journal);
            assertThat(fields)
                    .containsEntry("PRIORITY", List.of("3"))
                    .containsEntry("ERRNO", List.of("111"))
                    .containsEntry(
                            "EXCEPTION_CLASS",
                            List.of("java.io.UncheckedIOException", SystemCallException.class.getName()))
                    .containsEntry("CODE_FUNC", List.of(getClass().getName() + ".exceptionsAndTheLocation"));
            assertThat(fields.get("MESSAGE").get(0))
                    .startsWith("refused\njava.io.UncheckedIOException: no database\n\tat ")
                    .contains("\nCaused by: " + SystemCallException.class.getName());
        }
    }

    @Test
    void settings() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            configure(
                    "level = CONFIG",
                    "formatter = java.util.logging.SimpleFormatter",
                    "stackTrace = field",
                    "priorities = CONFIG=notice");
            logger.fine("not this");
            logger.log(Level.CONFIG, "laid out", new Exception("that"));

            Map<String, List<String>> fields = next(journal);
            assertThat(fields).containsEntry("PRIORITY", List.of("5"));
            assertThat(fields.get("MESSAGE").get(0))
                    .contains("CONFIG: laid out\n")
                    .doesNotEndWith("\n");
            assertThat(fields.get("STACKTRACE").get(0)).startsWith("java.lang.Exception: that\n\tat ");
            assertThat(journal.drain()).isZero();
        }
    }

    @Test
    void everyLevel() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            configure();
            for (Level level : List.of(
                    Level.SEVERE,
                    Level.WARNING,
                    Level.parse("850"),
                    Level.INFO,
                    Level.CONFIG,
                    Level.FINE,
                    Level.FINER,
                    Level.FINEST)) {
                logger.log(level, "");
            }
            for (String priority : List.of("3", "4", "6", "6", "6", "7", "7", "7")) {
                assertThat(next(journal)).containsEntry("PRIORITY", List.of(priority));
            }
        }
    }

    @Test
    void aRecordOfAnotherThread() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            configure();
            LogRecord record = new LogRecord(Level.INFO, "from there");
            record.setLongThreadID(Long.MAX_VALUE);
            Logger.getLogger("").getHandlers()[0].publish(record);

            assertThat(next(journal))
                    .containsEntry("MESSAGE", List.of("from there"))
                    .doesNotContainKeys("TID", "THREAD_NAME", "LOGGER");
        }
    }

    /** Where there are virtual threads: the number would be that of another thread a moment later. */
    @Test
    void aThreadThatHasNoNumberOfItsOwn() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            configure();
            if (Runtime.version().feature() >= 21) {
                Thread thread = (Thread) Thread.class
                        .getMethod("startVirtualThread", Runnable.class)
                        .invoke(null, (Runnable) () -> logger.info("virtual"));
                thread.join();
                assertThat(next(journal))
                        .containsEntry("MESSAGE", List.of("virtual"))
                        .containsEntry("THREAD_NAME", List.of(""))
                        .doesNotContainKey("TID");
            }
            Thread thread = new Thread(() -> logger.info("platform"), "of-its-own");
            thread.start();
            thread.join();
            logger.info("main");
            String tid = next(journal).get("TID").get(0);
            assertThat(next(journal).get("TID").get(0)).isNotEqualTo(tid);
        }
    }

    @Test
    void configuredAgain() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            configure();
            logger.info("1");
            var first = Logger.getLogger("").getHandlers()[0];
            configure();
            logger.info("2");
            first.publish(new LogRecord(Level.INFO, "to one that is closed"));
            logger.info("3");

            for (String message : List.of("1", "2", "3")) {
                assertThat(next(journal)).containsEntry("MESSAGE", List.of(message));
            }
            assertThat(journal.drain()).isZero();
        }
    }

    @Test
    void whatIsLostIsToldOnceAndNothingIsThrown() throws Exception {
        configure();
        List<String> told = new ArrayList<>();
        Logger.getLogger("").getHandlers()[0].setErrorManager(new ErrorManager() {
            @Override
            public synchronized void error(String message, Exception cause, int code) {
                told.add(message);
            }
        });
        for (int i = 0; i < 100; i++) {
            logger.log(Level.SEVERE, "nobody hears", new Exception("that"));
        }

        assertThat(told).singleElement().asString().contains("there is no journald here");
    }

    @Test
    void aWrongSettingStaysAsItUsuallyIs() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            configure("stackTrace = everywhere", "level = LOUD", "formatter = java.lang.String");
            logger.info("on");

            assertThat(next(journal)).containsEntry("MESSAGE", List.of("on"));
        }
    }

    @Test
    void theHandlerAllocatesNothing() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            configure();
            JournalHandler handler = (JournalHandler) Logger.getLogger("").getHandlers()[0];
            LogRecord record = new LogRecord(Level.INFO, "a message without parameters");
            record.setLoggerName("org.example.Shop");
            ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long self = Thread.currentThread().getId();
            long allocated = Long.MAX_VALUE;
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (allocated > 0 && deadline - System.nanoTime() > 0) {
                allocated = 0;
                for (int batch = 0; batch < 100; batch++) {
                    long before = bean.getThreadAllocatedBytes(self);
                    for (int i = 0; i < 8; i++) {
                        handler.publish(record);
                    }
                    allocated += bean.getThreadAllocatedBytes(self) - before;
                    assertThat(journal.drain()).isEqualTo(8);
                }
            }
            assertThat(allocated).isZero();
        }
    }
}
