package io.github.systemd4j.testkit;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What an extension has while a test runs: from before a test until after it, or, of a static field and with one test
 * instance for the class, from before the first test of the class until after the last. Thread safe.
 */
final class Lifetime<R extends Closeable> {

    private final String extension;

    // Both guarded by this.
    private @Nullable R running;
    private String opener = ""; // the context that opened is the one that closes

    Lifetime(Class<?> extension) {
        this.extension = extension.getSimpleName();
    }

    synchronized boolean isOpen() {
        return running != null;
    }

    synchronized R running() {
        R current = running;
        if (current == null) {
            throw new IllegalStateException("the sockets are there while a test runs: " + extension
                    + " is for a field with @RegisterExtension, and for a static one if @BeforeAll wants it");
        }
        return current;
    }

    synchronized void open(ExtensionContext context, Opening<R> opening) throws IOException {
        if (running == null) {
            running = opening.open();
            opener = context.getUniqueId();
        }
    }

    synchronized void close(ExtensionContext context) throws IOException {
        R current = running;
        if (current != null && context.getUniqueId().equals(opener)) {
            running = null;
            current.close();
        }
    }

    /** Opens all that there is while a test runs. */
    interface Opening<R> {
        R open() throws IOException;
    }
}
