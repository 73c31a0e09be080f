package io.github.systemd4j.journal.logback;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.status.Status;
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
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/** The appender as logback.xml sets it up, in front of a socket where journald's would be. */
@Timeout(120)
class JournalAppenderIT {

    private static final String ID = "fc2e22bc6ee647b6b90729ab34a250b1";

    @TempDir
    private Path directory;

    private Path path;
    private final LoggerContext context = new LoggerContext();

    @BeforeEach
    void name() {
        path = directory.resolve("socket");
        context.setMDCAdapter(new LogbackMDCAdapter());
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    /** A logger of a context whose appender has these properties. */
    private Logger logger(String properties) throws Exception {
        return configured("<appender-ref ref='JOURNAL'/>", properties);
    }

    private Logger configured(String references, String properties) throws Exception {
        String xml = "<configuration><appender name='JOURNAL' class='" + JournalAppender.class.getName() + "'><socket>"
                + path + "</socket>" + properties + "</appender>"
                + "<appender name='ASYNC' class='ch.qos.logback.classic.AsyncAppender'>"
                + "<includeCallerData>true</includeCallerData><appender-ref ref='JOURNAL'/></appender>"
                + "<root level='TRACE'>" + references + "</root></configuration>";
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        context.reset();
        configurator.doConfigure(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        return context.getLogger("org.example.Shop");
    }

    private static Map<String, List<String>> next(FakeJournal journal) {
        return NativeProtocol.texts(journal.fields());
    }

    @Test
    void nothingButTheMessageNeedBeSaid() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            logger("<syslogIdentifier>shop</syslogIdentifier>").info("{} started\nnow", "läuft");

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
        Marker marker = MarkerFactory.getDetachedMarker("AUDIT");
        marker.add(MarkerFactory.getDetachedMarker("MESSAGE_ID=" + ID));
        IOException cause = new SystemCallException("connect", "/run/db", Errno.ECONNREFUSED, null);
        Exception thrown = new UncheckedIOException("no database", cause);
        thrown.addSuppressed(new IllegalStateException("close failed"));
        try (FakeJournal journal = FakeJournal.at(path)) {
            Logger logger = logger("<location>true</location>");
            context.getMDCAdapter().put("request.id", "4711");
            context.getMDCAdapter().put("priority", "0");
            logger.atError()
                    .addMarker(marker)
                    .addKeyValue("order", 12L)
                    .addKeyValue("customer", "Söhne\n& Töchter")
                    .addKeyValue("nothing", (Object) null)
                    .addKeyValue("hostile", new Hostile())
                    .setCause(thrown)
                    .log("refused");

            Map<String, List<String>> fields = next(journal);
            assertThat(fields)
                    .containsEntry("PRIORITY", List.of("3"))
                    .containsEntry("REQUEST_ID", List.of("4711"))
                    .containsEntry("X_PRIORITY", List.of("0"))
                    .containsEntry("ORDER", List.of("12"))
                    .containsEntry("CUSTOMER", List.of("Söhne\n& Töchter"))
                    .containsEntry("MARKER", List.of("AUDIT"))
                    .containsEntry("MESSAGE_ID", List.of(ID))
                    .containsEntry("ERRNO", List.of("111"))
                    .containsEntry(
                            "EXCEPTION_CLASS",
                            List.of("java.io.UncheckedIOException", SystemCallException.class.getName()))
                    .containsEntry("CODE_FILE", List.of("JournalAppenderIT.java"))
                    .containsEntry("CODE_FUNC", List.of(getClass().getName() + ".allThatAnEventCanHave"))
                    .containsKey("CODE_LINE")
                    .doesNotContainKeys("NOTHING", "STACKTRACE");
            assertThat(fields.get("HOSTILE").get(0)).contains("toString() failed: java.lang.IllegalStateException");
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
    void messageIdsFromTheContextAndThoseThatAreNone() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            Logger logger = logger("");
            context.getMDCAdapter().put("message_id", "FC2E22BC-6EE6-47B6-B907-29AB34A250B1");
            logger.info("one");
            context.getMDCAdapter().put("message_id", "none");
            logger.info("two");

            assertThat(next(journal)).containsEntry("MESSAGE_ID", List.of(ID));
            assertThat(next(journal))
                    .containsEntry("X_MESSAGE_ID", List.of("none"))
                    .doesNotContainKey("MESSAGE_ID");
        }
    }

    @Test
    void settings() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            Logger logger = logger("<fieldPrefix>MDC_</fieldPrefix><stackTrace>field</stackTrace>"
                    + "<priorities>WARN=notice, TRACE=info</priorities>");
            context.getMDCAdapter().put("request.id", "4711");
            logger.warn("careful", new Exception("that"));
            logger.trace("look");

            Map<String, List<String>> fields = next(journal);
            assertThat(fields)
                    .containsEntry("PRIORITY", List.of("5"))
                    .containsEntry("MDC_REQUEST_ID", List.of("4711"))
                    .containsEntry("MESSAGE", List.of("careful"));
            assertThat(fields.get("STACKTRACE").get(0)).startsWith("java.lang.Exception: that\n\tat ");
            assertThat(next(journal)).containsEntry("PRIORITY", List.of("6"));

            logger = logger("<stackTrace>none</stackTrace>");
            logger.error("short", new Exception("that"));
            assertThat(next(journal))
                    .containsEntry("MESSAGE", List.of("short"))
                    .containsEntry("EXCEPTION_CLASS", List.of("java.lang.Exception"))
                    .doesNotContainKey("STACKTRACE");

            logger = logger("<layout class='ch.qos.logback.classic.PatternLayout'>"
                    + "<pattern>[%thread] %msg%n</pattern></layout>");
            logger.error("laid out", new Exception("that"));
            assertThat(next(journal).get("MESSAGE").get(0))
                    .startsWith("[" + Thread.currentThread().getName() + "] laid out\njava.lang.Exception: that\n\tat ")
                    .containsOnlyOnce("Exception: that")
                    .doesNotEndWith("\n");
        }
    }

    @Test
    void everyLevel() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            Logger logger = logger("");
            logger.trace("");
            logger.debug("");
            logger.info("");
            logger.warn("");
            logger.error("");
            for (String priority : List.of("7", "7", "6", "4", "3")) {
                assertThat(next(journal))
                        .containsEntry("PRIORITY", List.of(priority))
                        .containsEntry("MESSAGE", List.of(""));
            }
        }
    }

    @Test
    void asynchronously() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            Logger logger = configured("<appender-ref ref='ASYNC'/>", "<location>true</location>");
            context.getMDCAdapter().put("request.id", "4711");
            logger.info("later", new Exception("that"));
            context.getMDCAdapter().remove("request.id");

            Map<String, List<String>> fields = next(journal);
            assertThat(fields)
                    .containsEntry("REQUEST_ID", List.of("4711"))
                    .containsEntry("THREAD_NAME", List.of(Thread.currentThread().getName()))
                    .containsEntry("CODE_FUNC", List.of(getClass().getName() + ".asynchronously"))
                    .doesNotContainKey("TID"); // that of another thread
            assertThat(fields.get("MESSAGE").get(0)).startsWith("later\njava.lang.Exception: that\n\tat ");
        }
    }

    @Test
    void startedAgainAndConfiguredAgain() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            Logger logger = logger("");
            logger.info("1");
            JournalAppender appender =
                    (JournalAppender) context.getLogger("ROOT").getAppender("JOURNAL");
            appender.stop();
            logger.info("lost");
            appender.start();
            logger.info("2");
            logger = logger("<fieldPrefix>X_</fieldPrefix>");
            logger.info("3");
            assertThat(appender.isStarted()).isFalse();

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

        assertThat(errors()).singleElement().asString().contains("there is no journald here");
        try (FakeJournal journal = FakeJournal.at(path)) {
            logger.info("heard");
            assertThat(next(journal)).containsEntry("MESSAGE", List.of("heard"));
        }
        context.getLogger("ROOT").getAppender("JOURNAL").stop();
        assertThat(context.getStatusManager().getCopyOfStatusList())
                .anyMatch(status -> status.getMessage().contains("100 events were dropped"));
    }

    @Test
    void anEventThatCannotBeMadeARecordIsLostAlone() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            Logger logger = logger("<layout class='" + BadLayout.class.getName() + "'/>");
            logger.info("bad");
            logger.info("worse");
            logger.info("good");

            assertThat(next(journal)).containsEntry("MESSAGE", List.of("good"));
            assertThat(errors()).singleElement().asString().contains("no record could be made");
        }
    }

    @Test
    void aWrongSettingIsToldAndStaysAsItUsuallyIs() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            logger("<stackTrace>everywhere</stackTrace>").info("on");

            assertThat(next(journal)).containsEntry("MESSAGE", List.of("on"));
            assertThat(context.getStatusManager().getCopyOfStatusList())
                    .anyMatch(status -> status.getMessage().contains("stackTrace")
                            || String.valueOf(status.getThrowable()).contains("stackTrace"));
        }
    }

    private List<Status> errors() {
        return context.getStatusManager().getCopyOfStatusList().stream()
                .filter(status -> status.getLevel() == Status.ERROR)
                .toList();
    }

    /** Logback makes an event and the message's text; what is added to that is what the appender itself allocates. */
    @Test
    void theAppenderAllocatesNothing() throws Exception {
        try (FakeJournal journal = FakeJournal.at(path)) {
            JournalAppender appender = new JournalAppender();
            appender.setContext(context);
            appender.setSocket(path.toString());
            appender.start();
            Logger logger = context.getLogger("org.example.Shop");
            var event = new ch.qos.logback.classic.spi.LoggingEvent(
                    "", logger, Level.INFO, "a message without arguments", null, null);
            event.setMDCPropertyMap(Collections.unmodifiableMap(new HashMap<>(Map.of("request.id", "4711", "b", "2"))));
            ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long self = Thread.currentThread().getId();
            long allocated = Long.MAX_VALUE;
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (allocated > 0 && deadline - System.nanoTime() > 0) {
                allocated = 0;
                for (int batch = 0; batch < 100; batch++) {
                    long before = bean.getThreadAllocatedBytes(self);
                    for (int i = 0; i < 8; i++) {
                        appender.doAppend(event);
                    }
                    allocated += bean.getThreadAllocatedBytes(self) - before;
                    assertThat(journal.drain()).isEqualTo(8);
                }
            }
            assertThat(allocated).isZero();
            appender.stop();
        }
    }

    private static final class Hostile {
        @Override
        public String toString() {
            throw new IllegalStateException("no text");
        }
    }

    /** Fails for every event but a good one. */
    public static final class BadLayout
            extends ch.qos.logback.core.LayoutBase<ch.qos.logback.classic.spi.ILoggingEvent> {
        @Override
        public String doLayout(ch.qos.logback.classic.spi.ILoggingEvent event) {
            if (!event.getMessage().equals("good")) {
                throw new IllegalStateException("no layout");
            }
            return "good";
        }
    }
}
