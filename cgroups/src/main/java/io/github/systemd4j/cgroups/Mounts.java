package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.Resolution.Absent;
import io.github.systemd4j.cgroups.Resolution.Found;
import io.github.systemd4j.cgroups.Resolution.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The mount table, kept for as long as it holds: it is read again when a mount point is used for the first time, or is no
 * longer the directory that it was, and whenever there would be no answer otherwise. Thread safe.
 */
final class Mounts {

    private static final byte[] NO_TEXT = {};

    private final Path root;
    /** A mount point that was asked so short a time ago is not asked again. */
    private final long pauseNanos;

    // under the monitor
    private final ProcFile.Buffer buffer = new ProcFile.Buffer();
    private @Nullable MountTable table;
    private byte[] text = NO_TEXT;
    private long reads;
    /** Those that were used. */
    private final Map<RawPath, MountPoint> points = new HashMap<>();

    Mounts(Path root, long pauseNanos) {
        this.root = root;
        this.pauseNanos = pauseNanos;
    }

    /** A directory, and what it was when mountinfo was read. */
    static final class MountPoint {

        private final Path directory;
        /** Its device and inode. */
        private final Object key;

        private long asked = System.nanoTime(); // under the monitor of Mounts
        /** Whether it is in a table that is no more. */
        private boolean forgotten; // likewise

        MountPoint(Path directory, Object key) {
            this.directory = directory;
            this.key = key;
        }

        private boolean isUnchanged(long pauseNanos) {
            if (forgotten) {
                return false;
            }
            long now = System.nanoTime();
            if (now - asked < pauseNanos) {
                return true;
            }
            asked = now;
            return key.equals(fileKey(directory));
        }
    }

    /** One question. */
    interface Question {
        Resolution ask(MountTable mounts, boolean literally);
    }

    /** The answer of a table that holds. */
    synchronized Resolution answer(Question question, String name) {
        try {
            MountTable known = table;
            Resolution answer = ask(question, known == null ? read() : known);
            if (known != null && !holds(answer)) {
                answer = ask(question, read());
            }
            if (known != null && answer instanceof Found found) {
                remember(found); // not the first one: who asks once needs nothing to compare with
            }
            return answer;
        } catch (IOException e) {
            return Cgroups.unreadable(root.resolve("proc/self/mountinfo"), e).about(name);
        }
    }

    /** A group that looks removed may also have been called like that by somebody. */
    private static Resolution ask(Question question, MountTable mounts) {
        Resolution answer = question.ask(mounts, false);
        if (answer instanceof Absent absent && absent.reason() == Reason.REMOVED) {
            Resolution literal = question.ask(mounts, true);
            return literal.path().filter(Files::isDirectory).isPresent() ? literal : answer;
        }
        return answer;
    }

    /** Whether a mount table that was read a while ago suffices. */
    private boolean holds(Resolution answer) {
        if (answer instanceof Absent absent) {
            return switch (absent.reason()) {
                case NOT_MOUNTED, HIDDEN, OUTSIDE, UNNAMEABLE -> false;
                default -> true;
            };
        }
        MountPoint known = answer instanceof Found found ? points.get(found.mountPoint()) : null;
        return known != null && known.isUnchanged(pauseNanos);
    }

    /** By what an answer is known to be good still; null if that has to be found out anew. */
    synchronized @Nullable MountPoint pointOf(Found found) {
        return points.get(found.mountPoint());
    }

    synchronized boolean isUnchanged(MountPoint point) {
        return point.isUnchanged(pauseNanos);
    }

    /** Only if it is of the device that mountinfo said; if not, something has changed in between. */
    private void remember(Found found) {
        if (points.containsKey(found.mountPoint())) {
            return;
        }
        Path directory = found.mountPoint().toPath(root);
        try {
            Map<String, Object> attributes = Files.readAttributes(directory, "unix:dev,fileKey");
            Object key = attributes.get("fileKey");
            if (key != null && Long.valueOf(found.device()).equals(attributes.get("dev"))) {
                points.put(found.mountPoint(), new MountPoint(directory, key));
            }
        } catch (IOException e) {
            return; // it is not kept, and so asked again
        }
    }

    private static @Nullable Object fileKey(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    /** What is known of mount points stays, if nothing at all has changed. */
    private MountTable read() throws IOException {
        byte[] now = buffer.read(root.resolve("proc/self/mountinfo"));
        reads++;
        MountTable known = table;
        if (known == null || !Arrays.equals(now, text)) {
            points.values().forEach(point -> point.forgotten = true);
            points.clear();
            known = MountTable.parse(now);
            table = known;
            text = now;
        }
        return known;
    }

    synchronized long reads() {
        return reads;
    }
}
