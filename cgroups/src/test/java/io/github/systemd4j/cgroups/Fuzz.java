package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.systemd4j.cgroups.Layouts.Layout;
import io.github.systemd4j.cgroups.Resolution.Absent;
import io.github.systemd4j.cgroups.Resolution.Found;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Spoilt files, the same ones each time. The two parsers must take all of them, and no answer may lead out of its
 * mount.
 * To run many: {@code java -Xmx32m -cp ... io.github.systemd4j.cgroups.Fuzz 10000000}
 */
final class Fuzz {

    private static final String[] CONTROLLERS = {"cpu", "memory", "name=systemd", "pids"};
    private static final byte[][] PIECES = pieces(
            "/",
            "/..",
            "//",
            "/.",
            ":",
            "::",
            ",",
            " ",
            " - ",
            "-",
            "\n",
            "\\040",
            "\\0",
            "\\",
            "\0",
            "\"",
            "cgroup",
            "cgroup2",
            "0::",
            "name=",
            "memory",
            " (deleted)",
            "//deleted",
            "4294967296",
            "\u00ff",
            "/sys/fs/cgroup");

    private final SplittableRandom random;

    private Fuzz(long seed) {
        this.random = new SplittableRandom(seed);
    }

    private static byte[][] pieces(String... texts) {
        return Arrays.stream(texts).map(text -> text.getBytes(ISO_8859_1)).toArray(byte[][]::new);
    }

    public static void main(String[] arguments) {
        long count = Long.parseLong(arguments[0]);
        long found = run(count, 1);
        System.out.println(count + " cases, " + found + " directories found");
    }

    /** Answers how many directories were found, so that a caller can see that not all was refused. */
    static long run(long count, long seed) {
        Fuzz fuzz = new Fuzz(seed);
        long found = 0;
        for (long i = 0; i < count; i++) {
            Layout layout = Layouts.ALL.get((int) (i % Layouts.ALL.size()));
            byte[] cgroup = fuzz.spoilt(layout.cgroup().getBytes(ISO_8859_1));
            byte[] mountinfo = fuzz.spoilt(layout.mountinfo().getBytes(ISO_8859_1));
            try {
                found += check(cgroup, mountinfo);
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                throw new AssertionError(
                        "case " + i + " of seed " + seed + ":\n" + new String(cgroup, ISO_8859_1) + "\n"
                                + new String(mountinfo, ISO_8859_1),
                        e);
            }
        }
        return found;
    }

    private static int check(byte[] cgroup, byte[] mountinfo) {
        Membership process = Membership.parse(cgroup);
        MountTable mounts = MountTable.parse(mountinfo);
        int found = 0;
        for (String controller : CONTROLLERS) {
            found += check(mounts.resolve(process, controller), cgroup.length + mountinfo.length);
        }
        found += check(mounts.resolveUnified(process), cgroup.length + mountinfo.length);
        process.systemdPath().ifPresent(Units::of);
        return found;
    }

    private static int check(Resolution answer, int size) {
        if (answer instanceof Absent absent) {
            require(absent.message().length() < 4 * size + 200, "the message is larger than the files");
            return 0;
        }
        Found found = (Found) answer;
        byte[] name = found.name().bytes();
        require(name.length <= size, "the name is larger than the files");
        require(Bytes.isBelow(name, found.mountPoint().bytes()), "it is out of the mount");
        String way = found.relative().latin1() + "/";
        require(!way.contains("/../") && !way.contains("//") && !way.contains("/./"), "it leads elsewhere");
        return 1;
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }

    /** The same text with up to four things done to it. */
    private byte[] spoilt(byte[] text) {
        byte[] out = text;
        for (int n = random.nextInt(5); n > 0; n--) {
            int at = random.nextInt(out.length + 1);
            int to = Math.min(out.length, at + random.nextInt(8));
            out = switch (random.nextInt(5)) {
                case 0 -> replaced(out, at, to, new byte[0]);
                case 1 -> replaced(out, at, at, PIECES[random.nextInt(PIECES.length)]);
                case 2 -> replaced(out, at, to, PIECES[random.nextInt(PIECES.length)]);
                case 3 -> replaced(out, at, Math.min(out.length, at + 1), new byte[] {(byte) random.nextInt(256)});
                default -> replaced(out, at, at, piece(out));
            };
        }
        return out;
    }

    /** Some part of it once more. */
    private byte[] piece(byte[] text) {
        int from = random.nextInt(text.length + 1);
        return Arrays.copyOfRange(text, from, Math.min(text.length, from + random.nextInt(80)));
    }

    private static byte[] replaced(byte[] text, int from, int to, byte[] by) {
        byte[] out = new byte[text.length - (to - from) + by.length];
        System.arraycopy(text, 0, out, 0, from);
        System.arraycopy(by, 0, out, from, by.length);
        System.arraycopy(text, to, out, from + by.length, text.length - to);
        return out;
    }
}
