package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringTokenizer;

/**
 * The files in the directory of a control group. By channels, because only these open a name that the platform's
 * charset cannot encode.
 */
final class ControlFile {

    /** What v1 shows for "no limit" is the largest number, rounded down to a page; no page is larger than this. */
    private static final long UNLIMITED = Long.MAX_VALUE - (1 << 20);

    private static final int USUAL_SIZE = 1024;

    private static final Set<StandardOpenOption> READING = EnumSet.of(StandardOpenOption.READ);
    /** The kernel takes each write as a whole; truncating is for recorded systems, of plain files. */
    private static final Set<StandardOpenOption> WRITING =
            EnumSet.of(StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);

    private ControlFile() {}

    /** What is done with an open file. */
    private interface Use<T> {
        T apply(SeekableByteChannel channel) throws IOException;
    }

    /** The text, a byte a character. */
    static String read(Path file) throws CgroupException {
        try {
            return use(file, READING, ControlFile::text);
        } catch (IOException e) {
            Errno errno = Errno.of(e);
            String advice = errno == Errno.ENOENT ? whyMissing(file) : "it cannot be read";
            CgroupException unreadable =
                    new CgroupException(wasOpen(e) ? "read" : "open", file.toString(), errno, advice);
            unreadable.initCause(e);
            throw unreadable;
        }
    }

    private static String text(SeekableByteChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(USUAL_SIZE);
        while (channel.read(buffer) > 0) {
            if (!buffer.hasRemaining()) {
                if (buffer.capacity() >= ProcFile.LIMIT) {
                    throw new IOException("more than " + ProcFile.LIMIT + " bytes");
                }
                buffer = ByteBuffer.wrap(Arrays.copyOf(buffer.array(), 2 * buffer.capacity()))
                        .position(buffer.position());
            }
        }
        return new String(buffer.array(), 0, buffer.position(), ISO_8859_1);
    }

    /** One write, as the kernel wants it. Never creates a file: on cgroupfs that would be a misleading EACCES. */
    static void write(Path file, String text) throws CgroupException {
        try {
            use(file, WRITING, channel -> channel.write(ByteBuffer.wrap(text.getBytes(ISO_8859_1))));
        } catch (IOException e) {
            throw refused(file, text, e);
        }
    }

    /** Writes what was there before, because something else could not be written. */
    static void restore(Path file, String text, CgroupException because) {
        try {
            write(file, text);
        } catch (CgroupException e) {
            because.addSuppressed(e);
        }
    }

    private static <T> T use(Path file, Set<StandardOpenOption> how, Use<T> use) throws IOException {
        return Uninterrupted.run(() -> {
            try (SeekableByteChannel channel = Files.newByteChannel(file, how)) {
                return use.apply(channel);
            }
        });
    }

    /** The JDK tells no errno, and its text is translated; what can be told is told by looking again. */
    private static CgroupException refused(Path file, String text, IOException e) {
        Errno errno = Errno.of(e);
        String advice = "the kernel refuses \"" + text + "\"";
        if (!isThere(file.resolveSibling("cgroup.procs"))) {
            errno = wasOpen(e) ? Errno.ENODEV : Errno.ENOENT;
            advice = "the control group was removed";
        } else if (errno == Errno.ENOENT) {
            advice = whyMissing(file);
        } else if (errno == Errno.EACCES) {
            advice = "this user may not write here; Delegate=yes gives a unit its own group";
        } else if (isReadOnly(file)) {
            errno = Errno.EROFS;
            advice = "the hierarchy is mounted read-only here, as in most containers";
        }
        CgroupException refusal = new CgroupException(wasOpen(e) ? "write" : "open", file.toString(), errno, advice);
        refusal.initCause(e);
        return refusal;
    }

    /** Failures to open name the file; those of an open file don't. */
    private static boolean wasOpen(IOException e) {
        return !(e instanceof FileSystemException);
    }

    private static String whyMissing(Path file) {
        return isThere(file.resolveSibling("cgroup.procs"))
                ? "the controller is not enabled in this control group, or the group is a root, or the kernel has no"
                        + " such file"
                : "there is no such control group";
    }

    private static boolean isThere(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isReadOnly(Path file) {
        try {
            return Files.getFileStore(file).isReadOnly();
        } catch (IOException e) {
            return false;
        }
    }

    /** A number of a limit; {@link Long#MAX_VALUE} for none. */
    static long limit(Path file) throws CgroupException {
        long value = number(file);
        return value < 0 || isUnlimited(value) ? Long.MAX_VALUE : value;
    }

    static boolean isUnlimited(long value) {
        return value >= UNLIMITED;
    }

    /** The number that a file consists of. */
    static long number(Path file) throws CgroupException {
        return number(file, read(file).strip());
    }

    static long number(Path file, String text) throws CgroupException {
        return parse(text)
                .orElseThrow(() ->
                        new CgroupException("read", file.toString(), Errno.EBADMSG, "\"" + text + "\" is no number"));
    }

    private static OptionalLong parse(String text) {
        if (text.equals("max")) {
            return OptionalLong.of(Long.MAX_VALUE);
        }
        boolean negative = text.startsWith("-");
        int start = negative ? 1 : 0;
        long value = 0;
        for (int i = start; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return OptionalLong.empty();
            }
            boolean fits = value <= (Long.MAX_VALUE - digit) / 10;
            value = fits ? value * 10 + digit : Long.MAX_VALUE; // before 3.19 memory had 64 bits without a sign
        }
        return text.length() > start ? OptionalLong.of(negative ? -value : value) : OptionalLong.empty();
    }

    /** Lines of a key and a number. What is no such line is left out: a kernel to come may have others. */
    static Map<String, Long> flat(String text) {
        Map<String, Long> values = new LinkedHashMap<>();
        for (StringTokenizer lines = new StringTokenizer(text, "\n"); lines.hasMoreTokens(); ) {
            String line = lines.nextToken();
            int space = line.lastIndexOf(' ');
            if (space > 0) {
                put(values, line.substring(0, space), line.substring(space + 1));
            }
        }
        return values;
    }

    /** Lines of a name and then KEY=NUMBER. */
    static Map<String, Map<String, Long>> nested(String text) {
        Map<String, Map<String, Long>> values = new LinkedHashMap<>();
        for (StringTokenizer lines = new StringTokenizer(text, "\n"); lines.hasMoreTokens(); ) {
            List<String> words = words(lines.nextToken());
            Map<String, Long> line = new LinkedHashMap<>();
            for (String word : words.subList(1, words.size())) {
                int equals = word.indexOf('=');
                if (equals > 0) {
                    put(line, word.substring(0, equals), word.substring(equals + 1));
                }
            }
            values.put(words.get(0), line);
        }
        return values;
    }

    private static void put(Map<String, Long> values, String key, String number) {
        parse(number).ifPresent(value -> values.put(key, value));
    }

    /** The words of a line, at least one. */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        for (StringTokenizer rest = new StringTokenizer(line, " \t"); rest.hasMoreTokens(); ) {
            words.add(rest.nextToken());
        }
        return words.isEmpty() ? List.of("") : words;
    }
}
