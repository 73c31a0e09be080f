package io.github.systemd4j.samples.supervisor;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where a supervisor has its things from, and what becomes of them when it ends. */
interface Keeping {

    NotifySocket notifySocket() throws IOException;

    Listeners listeners() throws IOException;

    /** The process of an earlier supervisor, if one runs. */
    @Nullable
    Child survivor(@Nullable Journal journal) throws IOException;

    /** Where the survivor was in its life. */
    Lifecycle lifeOf(Child survivor, long now);

    Child start(NotifySocket socket, Listeners listeners, @Nullable Journal journal) throws IOException;

    /** Something changed that the next supervisor must know. */
    void changed(Child child, Lifecycle life) throws IOException;

    /** The process has ended; nothing of it is kept any more. */
    void ended(Child child);

    /** The service has ended for good. */
    void over();

    /** A supervisor by itself: it starts with nothing, and nothing outlives it. */
    static Keeping nothing(Options options) {
        return new Keeping() {
            @Override
            public NotifySocket notifySocket() throws IOException {
                return NotifySocket.bind(options.socket());
            }

            @Override
            public Listeners listeners() throws IOException {
                return Listeners.bind(options.listen());
            }

            @Override
            public @Nullable Child survivor(@Nullable Journal journal) {
                return null;
            }

            @Override
            public Lifecycle lifeOf(Child survivor, long now) {
                throw new IllegalStateException("there is no survivor");
            }

            @Override
            public Child start(NotifySocket socket, Listeners listeners, @Nullable Journal journal) throws IOException {
                return Child.start(options, socket.address(), listeners, journal);
            }

            @Override
            public void changed(Child child, Lifecycle life) {
                // nobody comes after us
            }

            @Override
            public void ended(Child child) {
                // nothing is kept
            }

            @Override
            public void over() {
                // nothing is kept
            }
        };
    }
}
