package io.github.systemd4j.samples.supervisor;

import java.io.PrintStream;
import java.math.BigDecimal;
import java.util.Locale;

/** What happened and when, a line each; and the clock that all of it is measured by. */
final class Timeline {

    private final PrintStream out;
    private final String self;
    private final long origin;

    Timeline(PrintStream out) {
        this(out, "supervisor", System.nanoTime());
    }

    private Timeline(PrintStream out, String self, long origin) {
        this.out = out;
        this.self = self;
        this.origin = origin;
    }

    /** The same for one of several services: what we did is said of that. */
    Timeline of(String name) {
        return new Timeline(out, name, origin);
    }

    /** Nanoseconds since the beginning. */
    long now() {
        return System.nanoTime() - origin;
    }

    /** Something that a process did. */
    void of(long pid, String text) {
        line("pid " + pid, text);
    }

    /** Something that we did. */
    void own(String text) {
        line(self, text);
    }

    /** A record that the journal got. */
    void record(String fields) {
        line("journal", fields);
    }

    private void line(String who, String text) {
        // What others wrote must not reach the terminal as commands to it.
        String harmless = text.replaceAll("[\\p{Cc}\\p{Cf}]", "?");
        out.println(String.format(Locale.ROOT, "%+9.3fs  %-11s  %s", now() / 1e9, who, harmless));
    }

    static String seconds(long nanos) {
        return BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString() + " s";
    }
}
