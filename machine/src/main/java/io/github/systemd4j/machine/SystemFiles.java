package io.github.systemd4j.machine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of a system, below a directory that stands for its root. Whatever happens is an answer. */
final class SystemFiles {

    /** More than any of them has: the environment of a process that was given a lot. */
    private static final int LIMIT = 1 << 20;

    private final Path root;

    SystemFiles(Path root) {
        this.root = root;
    }

    /**
     * What a file says, or why nobody knows.
     *
     * @param content null if it could not be read
     * @param isAbsent whether there is no such file
     * @param problem the error's name and number, if the JDK tells it
     */
    record Text(@Nullable String content, boolean isAbsent, String problem) {}

    /** The file in this system that has this absolute name. */
    Path path(String file) {
        return root.resolve(file.substring(1));
    }

    boolean exists(String file) {
        return Files.exists(path(file));
    }

    /** At most a megabyte of it. Bytes that are no UTF-8 become the character that says so. */
    Text read(String file) {
        Path path = path(file);
        try {
            if (!Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) { // a FIFO would have us wait
                return new Text(null, false, "it is not a regular file");
            }
            try (InputStream stream = Files.newInputStream(path)) {
                return new Text(new String(stream.readNBytes(LIMIT), UTF_8), false, "");
            }
        } catch (NoSuchFileException e) {
            return new Text(null, true, "ENOENT (2): there is no such file");
        } catch (AccessDeniedException e) {
            return new Text(null, false, "EACCES (13): this process may not read it");
        } catch (IOException e) {
            return new Text(null, false, "it cannot be read");
        }
    }

    /** The first line, null if there is not even an empty one: read_one_line_file() of systemd makes the difference. */
    @Nullable
    String firstLine(String file) {
        String content = read(file).content();
        if (content == null || content.isEmpty()) {
            return null;
        }
        int end = content.indexOf('\n');
        return end < 0 ? content : content.substring(0, end);
    }

    /** Where a symbolic link of /proc leads to, null if nobody knows. */
    @Nullable
    String link(String file) {
        try {
            return Files.readSymbolicLink(path(file)).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return null;
        }
    }

    @Nullable
    String variableOfInit(String name) {
        return environmentOfInit().get(name);
    }

    /** What pid 1 was started with. Empty for those who may not know: only root may. */
    Map<String, String> environmentOfInit() {
        String content = read("/proc/1/environ").content();
        Map<String, String> variables = new LinkedHashMap<>();
        if (content != null) {
            for (String entry : content.split("\0", -1)) {
                int equals = entry.indexOf('=');
                if (equals > 0) {
                    variables.putIfAbsent(entry.substring(0, equals), entry.substring(equals + 1)); // as getenv(3)
                }
            }
        }
        return variables;
    }
}
