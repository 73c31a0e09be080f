package io.github.systemd4j.journal.programs;

import io.github.systemd4j.journal.system.JournalLoggerFinder;
import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import java.io.UncheckedIOException;
import java.util.ListResourceBundle;

/** A service that logs through System.Logger and knows nothing of the journal. */
public final class SystemLoggerProgram {

    private SystemLoggerProgram() {}

    public static void main(String[] args) {
        System.Logger logger = System.getLogger("org.example.Shop");
        var cause = new SystemCallException("connect", "/run/db", Errno.ECONNREFUSED, null);
        logger.log(System.Logger.Level.WARNING, "läuft nicht", new UncheckedIOException("no database", cause));
        logger.log(System.Logger.Level.INFO, "order {0} of {1}", 4711, "Söhne");
        logger.log(System.Logger.Level.INFO, "a brace {x}", 1);
        logger.log(System.Logger.Level.DEBUG, "details");
        System.getLogger("org.example.Shop", new Texts()).log(System.Logger.Level.ERROR, "key {0}");
        System.getLogger("org.example.Shop", new Texts()).log(System.Logger.Level.ERROR, "key", "value");
        System.getLogger("com.quiet").log(System.Logger.Level.ERROR, "not to be heard");
        System.out.println(JournalLoggerFinder.class.getModule().getName());
    }

    /** One text in another language. */
    public static final class Texts extends ListResourceBundle {
        @Override
        protected Object[][] getContents() {
            return new Object[][] {{"key", "Wert {0}"}};
        }
    }
}
