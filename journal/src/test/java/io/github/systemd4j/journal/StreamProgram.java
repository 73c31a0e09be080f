package io.github.systemd4j.journal;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The service of {@link JournalStreamBoxIT}. */
public final class StreamProgram {

    static final String LONG = "größer日本語😀".repeat(8000);

    private StreamProgram() {}

    public static void main(String[] args) throws Exception {
        StandardStreams streams = StandardStreams.fromEnvironment();
        Files.writeString(
                Path.of(args[0], "streams"),
                "output " + streams.isOutputJournal() + ", error " + streams.isErrorJournal());
        try (JournalStream journal = JournalStream.open(args[1])) {
            journal.write(Priority.ERR, "läuft 日本語 😀 ").orThrow(); // journald takes white space off
            journal.write(Priority.DEBUG, "<0>one\n\n\ttwo\0three").orThrow();
            journal.write(Priority.INFO, LONG).orThrow();
            try (PrintStream out =
                    new PrintStream(journal.outputStream(Priority.NOTICE, true), true, StandardCharsets.UTF_8)) {
                out.println("printed");
                out.print("<4>to the end");
            }
            Files.writeString(Path.of(args[0], "dropped"), "dropped " + journal.dropped());
        }
    }
}
