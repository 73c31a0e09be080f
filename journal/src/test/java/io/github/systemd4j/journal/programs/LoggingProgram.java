package io.github.systemd4j.journal.programs;

import io.github.systemd4j.journal.logging.JournalHandler;
import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import java.io.UncheckedIOException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** A service that logs through java.util.logging and knows nothing of the journal. */
public final class LoggingProgram {

    private LoggingProgram() {}

    public static void main(String[] args) {
        LogRecord record = new LogRecord(Level.WARNING, "{0} refused");
        record.setLoggerName("org.example.Shop");
        record.setParameters(new Object[] {"läuft"});
        record.setThrown(new UncheckedIOException(
                "no database", new SystemCallException("connect", "/run/db", Errno.ECONNREFUSED, null)));
        Logger.getLogger("org.example.Shop").log(record);
        System.out.println(JournalHandler.class.getModule().getName());
    }
}
