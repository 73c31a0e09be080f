package io.github.systemd4j.journal.log4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.github.systemd4j.journal.FakeJournal;
import io.github.systemd4j.journal.NativeProtocol;
import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.MarkerManager;
import org.apache.logging.log4j.ThreadContext;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AppenderLoggingException;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.xml.XmlConfiguration;
import org.apache.logging.log4j.core.impl.MutableLogEvent;
import org.apache.logging.log4j.message.ReusableMessageFactory;
import org.apache.logging.log4j.message.StringMapMessage;
import org.apache.logging.log4j.status.StatusData;
import org.apache.logging.log4j.status.StatusListener;
import org.apache.logging.log4j.status.StatusLogger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The appender as log4j2.xml sets it up, in front of a socket where journald's would be. */
@Timeout(120)
class JournalAppenderIT {

    private static final String ID = "fc2e22bc6ee647b6b90729ab34a250b1";

    @TempDir
    private Path directory;

    private Path path;
    private final LoggerContext context = new LoggerContext("test");
    private final Told told = new Told();

    @BeforeEach
    void name() {
        path = directory.resolve("socket");
        StatusLogger.getLogger().registerListener(told);
    }

    @AfterEach
    void stop() {
        ThreadContext.clearAll();
        context.stop();
        StatusLogger.getLogger().removeListener(told);
    }

    private Logger logger(String attributes) throws Exception {
        return configured("<Root level='all'><AppenderRef ref='JOURNAL'/></Root>", attributes, "");
    }

    private Logger configured(String loggers, String attributes, String elements) throws Exception {
        String xml =
                "<Configuration status='OFF'><Appenders><Journal name='JOURNAL' socket='" + path + "' " + attributes
                        + ">" + elements + "</Journal>"
                        + "<Failover name='FAILOVER' primary='JOURNAL'><Failovers><AppenderRef ref='OTHER'/></Failovers></Failover>"
                        + "<Journal name='OTHER' socket='" + path + "2'/></Appenders>"
                        + "<Loggers>" + loggers + "</Loggers></Configuration>";
        var source = new ConfigurationSource(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        context.start(new XmlConfiguration(context, source));
        return context.getLogger("org.example.Shop", ReusableMessageFactory.INSTANCE);
    }

    private static Map<String, List<String>> next(FakeJournal journal) {
        return NativeProtocol.texts(journal.fields());
    }

    @Test
    void nothingButTheMessageNeedBeSaid() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            logger("syslogIdentifier='shop'").info("{} started\nnow", "läuft");

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
    void allThatAnEventCanHave() throws Exception {
        IOException cause = new SystemCallException("connect", "/run/db", Errno.ECONNREFUSED, null);
        Exception thrown = new UncheckedIOException("no database", cause);
        thrown.addSuppressed(new IllegalStateException("close failed"));
        try (FakeJournal journal = FakeJournal.at(path)) {
            Logger logger = logger("location='true'");
            ThreadContext.put("request.id", "4711");
            ThreadContext.put("priority", "0");
            ThreadContext.push("outer");
            ThreadContext.push("inner");
            var marker = new MarkerManager.Log4jMarker("AUDIT")
                    .addParents(new MarkerManager.Log4jMarker("MESSAGE_ID=" + ID));
            logger.error(marker, "refused", thrown);

            Map<String, List<String>> fields = next(journal);
            assertThat(fields)
                    .containsEntry("PRIORITY", List.of("3"))
                    .containsEntry("REQUEST_ID", List.of("4711"))
                    .containsEntry("X_PRIORITY", List.of("0"))
                    .containsEntry("NDC", List.of("outer", "inner"))
                    .containsEntry("MARKER", List.of("AUDIT"))
                    .containsEntry("MESSAGE_ID", List.of(ID))
                    .containsEntry("ERRNO", List.of("111"))
                    .containsEntry(
                            "EXCEPTION_CLASS",
                            List.of("java.io.UncheckedIOException", SystemCallException.class.getName()))
                    .containsEntry("CODE_FILE", List.of("JournalAppenderIT.java"))
                    .containsEntry("CODE_FUNC", List.of(getClass().getName() + ".allThatAnEventCanHave"))
                    .containsKey("CODE_LINE")
                    .doesNotContainKey("STACKTRACE");
            assertThat(fields.get("MESSAGE").get(0))
                    .startsWith("refused\njava.io.UncheckedIOException: no database\n\tat "
                            + getClass().getName())
                    .contains("\n\tSuppressed: java.lang.IllegalStateException: close failed\n\t\tat ")
                    .contains(
                            "\nCaused by: " + SystemCallException.class.getName() + ": connect(/run/db): ECONNREFUSED")
                    .doesNotEndWith("\n");
        }
    }

    @Test
    void mapMessagesAreFields() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            logger("").info(new StringMapMessage().with("order", 12).with("customer", "Söhne"));

            assertThat(next(journal))
                    .containsEntry("ORDER", List.of("12"))
                    .containsEntry("CUSTOMER", List.of("Söhne"))
                    .containsEntry("MESSAGE", List.of("customer=\"Söhne\" order=\"12\""));
        }
    }

    @Test
    void settings() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            Logger logger = logger("fieldPrefix='MDC_' stackTrace='field' priorities='WARN=notice, TRACE=info'");
            ThreadContext.put("request.id", "4711");
            logger.warn("careful {}", "now", new Exception("that"));
            logger.trace("look");

            Map<String, List<String>> fields = next(journal);
            assertThat(fields)
                    .containsEntry("PRIORITY", List.of("5"))
                    .containsEntry("MDC_REQUEST_ID", List.of("4711"))
                    .containsEntry("MESSAGE", List.of("careful now"));
            assertThat(fields.get("STACKTRACE").get(0)).startsWith("java.lang.Exception: that\n\tat ");
            assertThat(next(journal)).containsEntry("PRIORITY", List.of("6"));

            logger = configured(
                    "<Root level='all'><AppenderRef ref='JOURNAL'/></Root>",
                    "",
                    "<PatternLayout pattern='[%t] %m%n'/>");
            logger.error("laid out", new Exception("that"));
            assertThat(next(journal).get("MESSAGE").get(0))
                    .startsWith("[" + Thread.currentThread().getName() + "] laid out\njava.lang.Exception: that\n\tat ")
                    .containsOnlyOnce("Exception: that")
                    .doesNotEndWith("\n");
        }
    }

    @Test
    void everyLevelAndOnesOfOnesOwn() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            Logger logger = logger("");
            for (Level level : List.of(
                    Level.FATAL,
                    Level.ERROR,
                    Level.WARN,
                    Level.forName("NOTICE_OF_OURS", 350),
                    Level.INFO,
                    Level.DEBUG,
                    Level.TRACE)) {
                logger.log(level, "");
            }
            for (String priority : List.of("2", "3", "4", "6", "6", "7", "7")) {
                assertThat(next(journal)).containsEntry("PRIORITY", List.of(priority));
            }
            Level own = Level.forName("OURS", 350);
            logger = logger("priorities='ours=notice'");
            logger.log(own, "");
            assertThat(next(journal)).containsEntry("PRIORITY", List.of("5"));
        }
    }

    @Test
    void asynchronously() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            Logger logger = configured(
                    "<AsyncRoot level='all' includeLocation='true'><AppenderRef ref='JOURNAL'/></AsyncRoot>",
                    "location='true'",
                    "");
            ThreadContext.put("request.id", "4711");
            logger.info("later {}", 1, new Exception("that"));
            ThreadContext.clearAll();
            logger.info("later {}", 2);

            Map<String, List<String>> fields = next(journal);
            assertThat(fields)
                    .containsEntry("REQUEST_ID", List.of("4711"))
                    .containsEntry("THREAD_NAME", List.of(Thread.currentThread().getName()))
                    .containsEntry("CODE_FUNC", List.of(getClass().getName() + ".asynchronously"))
                    .doesNotContainKey("TID"); // that of another thread
            assertThat(fields.get("MESSAGE").get(0)).startsWith("later 1\njava.lang.Exception: that\n\tat ");
            assertThat(next(journal))
                    .containsEntry("MESSAGE", List.of("later 2"))
                    .doesNotContainKey("REQUEST_ID");
        }
    }

    @Test
    void configuredAgain() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            Logger logger = logger("");
            logger.info("1");
            JournalAppender first = context.getConfiguration().getAppender("JOURNAL");
            logger = logger("");
            logger.info("2");
            assertThat(first.isStopped()).isTrue();
            JournalAppender second = context.getConfiguration().getAppender("JOURNAL");
            second.stop();
            second.start();
            logger.info("3");

            for (String message : List.of("1", "2", "3")) {
                assertThat(next(journal)).containsEntry("MESSAGE", List.of(message));
            }
            assertThat(journal.drain()).isZero();
        }
    }

    @Test
    void whatIsLostIsToldOnceAndNothingIsThrown() throws Exception {
        Logger logger = logger("");
        for (int i = 0; i < 100; i++) {
            logger.error("nobody hears", new Exception("that"));
        }

        assertThat(told.errors).singleElement().asString().contains("JOURNAL: there is no journald here");
        try (FakeJournal journal = FakeJournal.at(path)) {
            logger.info("heard");
            assertThat(next(journal)).containsEntry("MESSAGE", List.of("heard"));
        }
    }

    @Test
    void whoWantsToHearOfEachHearsOfEach() throws Exception {
        Logger logger = logger("ignoreExceptions='false'");
        assertThatThrownBy(() -> logger.error("nobody hears"))
                .isInstanceOf(AppenderLoggingException.class)
                .hasMessageContaining("JOURNAL: there is no journald here");

        try (FakeJournal other = FakeJournal.at(Path.of(path + "2"))) {
            configured("<Root level='all'><AppenderRef ref='FAILOVER'/></Root>", "ignoreExceptions='false'", "")
                    .error("somebody hears");
            assertThat(next(other)).containsEntry("MESSAGE", List.of("somebody hears"));
        }
    }

    @Test
    void aWrongSettingIsToldAndStaysAsItUsuallyIs() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            logger("stackTrace='everywhere' timeoutMillis='soon'").info("on");

            assertThat(next(journal)).containsEntry("MESSAGE", List.of("on"));
            assertThat(told.errors)
                    .anyMatch(error -> error.contains("stackTrace: everywhere"))
                    .anyMatch(error -> error.contains("timeoutMillis: soon"));
        }
    }

    /** From the event on, message included: what a garbage-free configuration has it send. */
    @Test
    void anEventWithAReusableMessageAllocatesNothing() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            logger("");
            JournalAppender appender = context.getConfiguration().getAppender("JOURNAL");
            MutableLogEvent event = new MutableLogEvent();
            event.setLevel(Level.INFO);
            event.setLoggerName("org.example.Shop");
            event.setThreadName(Thread.currentThread().getName());
            event.setThreadId(Thread.currentThread().getId());
            ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long self = Thread.currentThread().getId();
            long allocated = Long.MAX_VALUE;
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (allocated > 0 && deadline - System.nanoTime() > 0) {
                allocated = 0;
                for (int batch = 0; batch < 100; batch++) {
                    long before = bean.getThreadAllocatedBytes(self);
                    for (int i = 0; i < 8; i++) {
                        var message = ReusableMessageFactory.INSTANCE.newMessage("order {} of {}", "4711", "somebody");
                        event.setMessage(message);
                        appender.append(event);
                        ReusableMessageFactory.release(message);
                    }
                    allocated += bean.getThreadAllocatedBytes(self) - before;
                    assertThat(journal.drain()).isEqualTo(8);
                }
            }
            assertThat(allocated).isZero();
        }
    }

    /** What the status logger is told. */
    private static final class Told implements StatusListener {
        private final List<String> errors = new CopyOnWriteArrayList<>();

        @Override
        public void log(StatusData data) {
            errors.add(data.getMessage().getFormattedMessage());
        }

        @Override
        public Level getStatusLevel() {
            return Level.ERROR;
        }

        @Override
        public void close() {}
    }
}
