import io.github.systemd4j.journal.FieldName;
import io.github.systemd4j.journal.JournalRecord;
import io.github.systemd4j.journal.JournalWriter;
import io.github.systemd4j.journal.Priority;
import io.github.systemd4j.sdnotify.Notifier;
import io.github.systemd4j.sdnotify.Watchdog;

class Orders {
    public static void main(String[] args) throws Exception {
        Notifier notifier = Notifier.fromEnvironment();
        try (JournalWriter journal = JournalWriter.builder().socket(args[0]).build()) {
            notifier.ready("open");
            notifier.pingWatchdog(Watchdog.fromEnvironment(), () -> true);
            journal.send(JournalRecord.create()
                    .priority(Priority.WARNING)
                    .message("order refused")
                    .field(FieldName.of("ORDER_ID"), 4711));
            Thread.currentThread().join();
        }
    }
}
