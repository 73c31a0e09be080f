package io.github.systemd4j.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.journal.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What journald would make of a datagram or file that a service sent to the {@link JournalDaemon}, see
 * systemd.journal-fields(7). Immutable.
 */
public final class JournalEntry {

    private static final int SHOWN = 200;

    private final Duration at;
    private final long pid;
    private final boolean file;
    private final List<Field> fields;
    private final List<String> dropped;

    JournalEntry(Duration at, long pid, boolean file, List<Field> fields, List<String> dropped) {
        this.at = at;
        this.pid = pid;
        this.file = file;
        this.fields = List.copyOf(fields);
        this.dropped = List.copyOf(dropped);
    }

    /**
     * When it was received.
     *
     * @return the time since the {@link JournalDaemon} was opened, that is before the test
     */
    public Duration at() {
        return at;
    }

    /**
     * Who sent it, by the kernel's word.
     *
     * @return the pid, 0 for one that is not visible here
     */
    public long pid() {
        return pid;
    }

    /**
     * How it came.
     *
     * @return whether in a sealed file in memory, as what is too long for a datagram
     */
    public boolean isFile() {
        return file;
    }

    /**
     * The message.
     *
     * @return the value of {@code MESSAGE}, empty if there is none
     */
    public Optional<String> message() {
        return field("MESSAGE");
    }

    /**
     * The priority.
     *
     * @return what {@code PRIORITY} stands for, empty if there is none or it is none of 0 to 7
     */
    public Optional<Priority> priority() {
        return field("PRIORITY")
                .flatMap(text -> List.of(Priority.values()).stream()
                        .filter(priority -> Integer.toString(priority.level()).equals(text))
                        .findFirst());
    }

    /**
     * One field as text.
     *
     * @param name such as {@code SYSLOG_IDENTIFIER}
     * @return its value, the first of several
     */
    public Optional<String> field(String name) {
        return fields(name).stream().findFirst();
    }

    /**
     * A field that there may be several of, as text.
     *
     * @param name such as {@code DOCUMENTATION}
     * @return the values in the order of the record
     */
    public List<String> fields(String name) {
        return bytes(name).stream().map(bytes -> new String(bytes, UTF_8)).toList();
    }

    /**
     * A field as it came.
     *
     * @param name such as {@code PAYLOAD}
     * @return copies of the values in the order of the record
     */
    public List<byte[]> bytes(String name) {
        return fields.stream()
                .filter(field -> field.name().equals(name))
                .map(Field::copy)
                .toList();
    }

    /**
     * All names.
     *
     * @return the names in the order of the record, one for each field; empty if journald drops the whole
     */
    public List<String> names() {
        return fields.stream().map(Field::name).toList();
    }

    /**
     * What journald drops, which tells nobody.
     *
     * @return a sentence for each thing; empty if the record is stored as it came
     */
    public List<String> dropped() {
        return dropped;
    }

    /** {@return its time, sender and fields, as messages of failed tests have it; long values are cut} */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "+%.3f s from %d: %s%s",
                at.toNanos() / 1e9,
                pid,
                fields.isEmpty()
                        ? "nothing is stored"
                        : fields.stream().map(Field::toString).collect(Collectors.joining(" ")),
                dropped.stream().map(each -> "; dropped: " + each).collect(Collectors.joining()));
    }

    /** A name and its value, which is nobody else's. */
    static final class Field {

        private final String name;
        private final byte[] value;

        Field(String name, byte[] value) {
            this.name = name;
            this.value = value.clone();
        }

        String name() {
            return name;
        }

        byte[] copy() {
            return value.clone();
        }

        @Override
        public String toString() {
            String text = new String(value, UTF_8).replaceAll("\\p{Cntrl}", ".");
            return name + "="
                    + (text.length() > SHOWN ? text.substring(0, SHOWN) + "... (" + value.length + " bytes)" : text);
        }
    }

    /** For a parser that finds one thing after the other. */
    static final class Draft {

        private final List<Field> fields = new ArrayList<>();
        private final List<String> dropped = new ArrayList<>();

        void field(String name, byte[] value) {
            fields.add(new Field(name, value));
        }

        void drop(String why) {
            dropped.add(why);
        }

        void dropAll(String why) {
            fields.clear();
            dropped.add(why);
        }

        int size() {
            return fields.size();
        }

        boolean isEmpty() {
            return fields.isEmpty() && dropped.isEmpty();
        }

        JournalEntry entry(Duration at, long pid, boolean file) {
            return new JournalEntry(at, pid, file, fields, dropped);
        }
    }
}
