package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.systemd4j.cgroups.Resolution.Absent;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /proc/PID/cgroup} says: in which control group of each hierarchy a process or thread is, cgroups(7). The
 * paths are seen from the cgroup namespace of whoever read the file.
 *
 * <p>Immutable.
 */
public final class Membership {

    private static final byte[] NO_CONTROLLER = {};
    private static final byte[] DELETED = " (deleted)".getBytes(ISO_8859_1);

    /**
     * A line.
     *
     * @param hierarchy the hierarchy's number; 0 is the unified one
     * @param controllers its controllers in the kernel's order, and {@code name=NAME} for a named hierarchy; empty for
     *     the unified one
     * @param path the control group; with {@code " (deleted)"} at its end if it was removed
     */
    public record Entry(int hierarchy, List<String> controllers, RawPath path) {

        /**
         * Makes an entry.
         *
         * @param hierarchy the hierarchy's number
         * @param controllers its controllers, copied
         * @param path the control group
         */
        public Entry {
            controllers = List.copyOf(controllers);
        }

        /**
         * Whether it is the unified hierarchy.
         *
         * @return true for {@code 0::}
         */
        public boolean isUnified() {
            return hierarchy == 0 && controllers.isEmpty();
        }

        /** What the hierarchy is called in messages. */
        String hierarchyName() {
            return isUnified() ? Cgroups.UNIFIED : String.join(",", controllers);
        }

        /** Whether systemd knows its units by this hierarchy. */
        boolean isSystemds() {
            return isUnified() || controllers.contains("name=systemd");
        }

        /** Whether it looks removed; a group may also have been given such a name. */
        boolean looksRemoved() {
            byte[] raw = path.raw();
            return raw.length > DELETED.length && Bytes.is(raw, raw.length - DELETED.length, raw.length, DELETED);
        }

        /** The path without what the kernel says of it. */
        RawPath cleanPath() {
            byte[] raw = path.raw();
            return looksRemoved() ? RawPath.trusted(Arrays.copyOf(raw, raw.length - DELETED.length)) : path;
        }
    }

    private final byte[] text;
    private final @Nullable Absent problem;
    /** Of all lines, once somebody asks for them; who asks for one controller gets its line alone. */
    private @Nullable Parsed parsed; // immutable, so it does no harm if two threads make it

    /** All lines. */
    private record Parsed(List<Entry> entries, int skipped) {}

    private Membership(byte[] text, @Nullable Absent problem) {
        this.text = text;
        this.problem = problem;
    }

    /** A process about which nothing is known. */
    static Membership unknown(Absent problem) {
        return new Membership(new byte[0], problem);
    }

    /** Where a process would be. */
    static Membership of(List<Entry> entries) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (Entry entry : entries) {
            String start = entry.hierarchy() + ":" + String.join(",", entry.controllers()) + ":";
            text.writeBytes(start.getBytes(ISO_8859_1));
            text.writeBytes(entry.path().raw());
            text.write('\n');
        }
        return trusted(text.toByteArray());
    }

    /**
     * Reads the text of a {@code /proc/PID/cgroup}. Nothing is refused: a line as the kernel does not write them is
     * left out and counted.
     *
     * @param text the bytes of the file
     * @return what it says
     */
    public static Membership parse(byte[] text) {
        return trusted(text.clone());
    }

    /** Takes the array as it is; nobody will change it. */
    static Membership trusted(byte[] text) {
        return new Membership(text, null);
    }

    private Parsed parsed() {
        Parsed known = parsed;
        if (known == null) {
            List<Entry> entries = new ArrayList<>();
            int skipped = 0;
            for (int at = 0; at < text.length; ) {
                int end = Bytes.end(text, at, text.length, '\n');
                Entry entry = end == at ? null : entry(text, at, end);
                if (entry != null) {
                    entries.add(entry);
                } else if (end > at) {
                    skipped++;
                }
                at = end + 1;
            }
            known = new Parsed(List.copyOf(entries), skipped);
            parsed = known;
        }
        return known;
    }

    /**
     * The first line with a controller, or without any: the rest is only looked through.
     *
     * @param controller its name, empty for none
     */
    private Optional<Entry> find(byte[] controller) {
        for (int at = 0; at < text.length; ) {
            int end = Bytes.end(text, at, text.length, '\n');
            int colon = Bytes.end(text, at, end, ':');
            int start = colon + 1;
            for (int i = start; i < end; i++) {
                if (text[i] == ',' || text[i] == ':') {
                    if (Bytes.is(text, start, i, controller)) {
                        Entry entry = entry(text, at, end);
                        if (entry != null && entry.isUnified() == (controller.length == 0)) {
                            return Optional.of(entry);
                        }
                    }
                    if (text[i] == ':') {
                        break;
                    }
                    start = i + 1;
                }
            }
            at = end + 1;
        }
        return Optional.empty();
    }

    private static @Nullable Entry entry(byte[] text, int at, int end) {
        int first = Bytes.indexOf(text, at, end, ':');
        int second = first < 0 ? -1 : Bytes.indexOf(text, first + 1, end, ':'); // the path may have more of them
        int hierarchy = first < 0 ? -1 : Bytes.number(text, at, first);
        if (second < 0 || hierarchy < 0) {
            return null;
        }
        if (second + 1 == end || text[second + 1] != '/' || Bytes.indexOf(text, second, end, 0) >= 0) {
            return null;
        }
        List<String> controllers = new ArrayList<>(2);
        for (int start = first + 1; start < second; ) {
            int comma = Bytes.end(text, start, second, ',');
            controllers.add(new String(text, start, comma - start, ISO_8859_1));
            start = comma + 1;
        }
        if (hierarchy != 0 && (controllers.isEmpty() || controllers.contains(""))) {
            return null; // only the unified one goes without a name
        }
        return new Entry(hierarchy, controllers, RawPath.trusted(Arrays.copyOfRange(text, second + 1, end)));
    }

    /**
     * The lines, in their order.
     *
     * @return all that were understood; none if the process isn't there
     */
    public List<Entry> entries() {
        return parsed().entries();
    }

    /**
     * How many lines could not be understood and are not among the {@link #entries}.
     *
     * @return 0 for every kernel we know
     */
    public int skippedLines() {
        return parsed().skipped();
    }

    /**
     * Why nothing is known of this process.
     *
     * @return empty if its file could be read
     */
    public Optional<Absent> problem() {
        return Optional.ofNullable(problem);
    }

    /**
     * The hierarchy on which a controller is.
     *
     * @param controller such as {@code memory}, or {@code name=systemd}
     * @return its line; empty if the process is in no v1 hierarchy with it, also where the unified hierarchy has it
     */
    public Optional<Entry> controller(String controller) {
        return controller.isEmpty() ? Optional.empty() : find(controller.getBytes(ISO_8859_1));
    }

    /**
     * The unified hierarchy.
     *
     * @return its line; empty on a kernel without it
     */
    public Optional<Entry> unified() {
        return find(NO_CONTROLLER);
    }

    /**
     * The control group by which systemd knows the process: that of {@code name=systemd}, or where there is none, that
     * of the unified hierarchy. In a hybrid layout both are the same.
     *
     * @return the path without {@code " (deleted)"}; empty if the process is in neither
     */
    public Optional<RawPath> systemdPath() {
        return controller("name=systemd").or(this::unified).map(Entry::cleanPath);
    }
}
