package io.github.systemd4j.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Closing many. */
final class All {

    private All() {}

    /** Also those after one that throws. */
    static void close(List<Closeable> all) throws IOException {
        IOException first = null;
        for (Closeable each : all) {
            first = close(each, first);
        }
        if (first != null) {
            throw first;
        }
    }

    private static @Nullable IOException close(Closeable each, @Nullable IOException first) {
        try {
            each.close();
        } catch (IOException e) {
            if (first == null) {
                return e;
            }
            first.addSuppressed(e);
        }
        return first;
    }
}
