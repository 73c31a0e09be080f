package io.github.systemd4j.journal;

import io.github.systemd4j.linux.Diagnostics;

/** The service of {@link ContainerBoxIT}: writes one record, and says what became of it. */
public final class ContainedProgram {

    static final String MESSAGE = "größer:\n<0>in a container 😀";
    static final String NOISE = "noise\n".repeat(50_000);

    private ContainedProgram() {}

    public static void main(String[] args) {
        try (JournalWriter writer = JournalWriter.builder()
                .identifier("contained-" + args[0])
                .container(ContainerFields.fromEnvironment())
                .field(FieldName.of("TEST_RUN"), args[0])
                .fallback(Fallback.STREAM_THEN_STDERR)
                .build()) {
            JournalRecord record = JournalRecord.create()
                    .priority(Priority.WARNING)
                    .message(MESSAGE)
                    .field("NOISE", NOISE)
                    .field(FieldName.of("BINARY"), new byte[] {0, '\n', -1});
            boolean sent = writer.send(record).isSent();
            System.out.println((sent ? "sent" : "not sent") + ", diverted " + writer.diverted() + ", dropped "
                    + writer.dropped() + ", by " + Diagnostics.current().backend());
            writer.lastFailure().ifPresent(System.out::println);
        }
    }
}
