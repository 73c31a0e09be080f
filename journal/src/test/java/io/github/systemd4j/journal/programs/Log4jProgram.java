package io.github.systemd4j.journal.programs;

import io.github.systemd4j.journal.log4j.JournalAppender;
import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import java.io.UncheckedIOException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.MarkerManager;
import org.apache.logging.log4j.ThreadContext;

/** A service that logs through Log4j and knows nothing of the journal. */
public final class Log4jProgram {

    private Log4jProgram() {}

    public static void main(String[] args) {
        ThreadContext.put("test.run", args[0]);
        ThreadContext.put("order", "4711");
        ThreadContext.put("message_id", "fc2e22bc6ee647b6b90729ab34a250b1");
        var cause = new SystemCallException("connect", "/run/db", Errno.ECONNREFUSED, null);
        LogManager.getLogger("org.example.Shop")
                .warn(
                        MarkerManager.getMarker("AUDIT"),
                        "{} refused",
                        "läuft",
                        new UncheckedIOException("no database", cause));
        System.out.println(JournalAppender.class.getModule().getName());
        LogManager.shutdown();
    }
}
