package io.github.systemd4j.journal.programs;

import io.github.systemd4j.journal.logback.JournalAppender;
import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import java.io.UncheckedIOException;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.MarkerFactory;

/** A service that logs through SLF4J and knows nothing of the journal. */
public final class LogbackProgram {

    private LogbackProgram() {}

    public static void main(String[] args) {
        MDC.put("test.run", args[0]);
        var cause = new SystemCallException("connect", "/run/db", Errno.ECONNREFUSED, null);
        LoggerFactory.getLogger("org.example.Shop")
                .atWarn()
                .addMarker(MarkerFactory.getMarker("AUDIT"))
                .addKeyValue("order", 4711)
                .addKeyValue("message_id", "fc2e22bc6ee647b6b90729ab34a250b1")
                .setCause(new UncheckedIOException("no database", cause))
                .log("{} refused", "läuft");
        System.out.println(JournalAppender.class.getModule().getName());
    }
}
