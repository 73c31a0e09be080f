package io.github.systemd4j.activation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The environment of a child, as bytes. LISTEN_PID is not in it: who starts a process does not know its pid. */
final class ChildEnvironment {

    private static final List<String> OURS = List.of("LISTEN_PID", "LISTEN_PIDFDID", "LISTEN_FDS", "LISTEN_FDNAMES");

    private ChildEnvironment() {}

    static void scrub(Map<String, String> environment) {
        OURS.forEach(environment::remove);
    }

    static List<byte[]> of(Map<String, String> environment, List<NamedSocket> sockets) {
        List<byte[]> variables = new ArrayList<>();
        Unchanged unchanged = new Unchanged();
        environment.forEach((name, value) -> {
            if (!OURS.contains(name)) {
                byte[] raw = PlatformText.isAscii(value) ? null : unchanged.find(name, value);
                variables.add(raw == null ? PlatformText.bytes(name + "=" + value) : raw);
            }
        });
        if (!sockets.isEmpty()) {
            String names = sockets.stream().map(NamedSocket::name).collect(Collectors.joining(":"));
            variables.add(PlatformText.bytes("LISTEN_FDS=" + sockets.size()));
            variables.add(PlatformText.bytes("LISTEN_FDNAMES=" + names));
        }
        return variables;
    }

    /**
     * Variables that the child is to have as we have them. The JDK decodes them by the platform's charset, which under
     * LC_ALL=C makes a replacement character of every byte of an umlaut; their bytes are in /proc.
     */
    private static final class Unchanged {

        private @Nullable Map<String, String> ours;
        private byte @Nullable [] environ;

        byte @Nullable [] find(String name, String value) {
            if (ours == null) {
                ours = new ProcessBuilder().environment();
            }
            return value.equals(ours.get(name)) ? find(environ(), (name + "=").getBytes(ISO_8859_1)) : null;
        }

        private byte[] environ() {
            byte[] bytes = environ;
            if (bytes == null) {
                try {
                    bytes = Files.readAllBytes(Path.of("/proc/self/environ"));
                } catch (IOException e) {
                    bytes = new byte[0]; // no /proc: the JDK's reading is the best there is
                }
                environ = bytes;
            }
            return bytes;
        }

        /** In the form of /proc/PID/environ: NAME=value, each ended by a NUL. */
        private static byte @Nullable [] find(byte[] environ, byte[] prefix) {
            for (int start = 0, end; start < environ.length; start = end + 1) {
                end = start;
                while (end < environ.length && environ[end] != 0) {
                    end++;
                }
                if (end - start >= prefix.length
                        && Arrays.equals(environ, start, start + prefix.length, prefix, 0, prefix.length)) {
                    return Arrays.copyOfRange(environ, start, end);
                }
            }
            return null;
        }
    }
}
