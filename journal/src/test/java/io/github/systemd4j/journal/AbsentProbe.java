package io.github.systemd4j.journal;

import java.nio.file.Path;

/** A service that writes a record to the socket that it is told of, and a line to the stream beside it. */
public final class AbsentProbe {

    private AbsentProbe() {}

    public static void main(String[] args) {
        Path socket = Path.of(args[0]);
        try (JournalWriter writer = JournalWriter.builder()
                .socket(socket.toString())
                .fallback(args.length > 1 ? Fallback.valueOf(args[1]) : Fallback.DROP)
                .build()) {
            System.out.println(writer.send(JournalRecord.create().message("nobody reads this")));
            try (JournalStream stream = JournalStream.builder("probe")
                    .socket(socket.resolveSibling("stdout").toString())
                    .build()) {
                System.out.println("stream: " + stream.write(Priority.INFO, "by itself"));
            }
            System.out.println("stderr is the journal: "
                    + StandardStreams.fromEnvironment().isErrorJournal());
            System.out.println("dropped " + writer.dropped() + ", diverted " + writer.diverted());
        }
    }
}
