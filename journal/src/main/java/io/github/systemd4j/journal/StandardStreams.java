package io.github.systemd4j.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether what this process writes to its standard output and error goes to the journal: systemd says so by
 * {@code JOURNAL_STREAM}, see systemd.exec(5). A program that does may speak to the journal itself, with fields, and
 * loses no reader by that. The variable is inherited by children whose streams are elsewhere, so it is compared with
 * what is really open. No native code is loaded for it.
 *
 * <p>Immutable and thread safe.
 */
public final class StandardStreams {

    private static final String VARIABLE = "JOURNAL_STREAM";
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    private final @Nullable String device;
    private final @Nullable String inode;
    private final Path openFiles;

    private StandardStreams(@Nullable String value, Path openFiles) {
        int colon = value == null ? -1 : value.indexOf(':');
        this.device = value == null || colon < 0 ? null : value.substring(0, colon);
        this.inode = value == null || colon < 0 ? null : value.substring(colon + 1);
        this.openFiles = openFiles;
    }

    /**
     * As this process was started.
     *
     * @return its streams
     */
    public static StandardStreams fromEnvironment() {
        return of(System.getenv());
    }

    /**
     * As an environment says.
     *
     * @param environment of which {@code JOURNAL_STREAM} counts; without it, and if it is not as systemd writes it,
     *     nothing is the journal
     * @return the streams of this process
     */
    public static StandardStreams of(Map<String, String> environment) {
        return of(environment, OPEN_FILES);
    }

    /** With links to open files elsewhere. For tests. */
    static StandardStreams of(Map<String, String> environment, Path openFiles) {
        return new StandardStreams(environment.get(VARIABLE), openFiles);
    }

    /**
     * Whether the standard output goes to the journal. Of a unit whose output and error go there by two sockets, systemd
     * names that of the error.
     *
     * @return false also where that cannot be found out
     */
    public boolean isOutputJournal() {
        return isJournal("1");
    }

    /**
     * Whether the standard error goes to the journal.
     *
     * @return false also where that cannot be found out
     */
    public boolean isErrorJournal() {
        return isJournal("2");
    }

    private boolean isJournal(String descriptor) {
        if (device == null || inode == null) {
            return false;
        }
        try {
            Map<String, Object> file = Files.readAttributes(openFiles.resolve(descriptor), "unix:dev,ino");
            return unsigned(file.get("dev")).equals(device)
                    && unsigned(file.get("ino")).equals(inode);
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return false; // no /proc, nothing open, or a system without these attributes
        }
    }

    private static String unsigned(@Nullable Object number) {
        return number instanceof Long value ? Long.toUnsignedString(value) : "";
    }
}
