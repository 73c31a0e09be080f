package io.github.systemd4j.linux;

import io.github.systemd4j.linux.libc.Backend;
import java.util.Optional;

/**
 * How this process makes system calls, and why that way. For a start-up message or a bug report; nothing has to be
 * configured.
 *
 * <p>There are three answers: {@code ffm} ({@code java.lang.foreign}, JDK 22 and later: no library is unpacked), {@code
 * jna} (JDK 17 to 21, and where {@code ffm} is not to be had), {@code none}. With {@code none} nothing of systemd4j
 * throws: what would need a system call answers that it failed, with {@link #reason()}.
 *
 * <p>The system property {@code io.github.systemd4j.linux.backend} ({@code ffm}, {@code jna} or {@code none}) chooses
 * one by hand.
 *
 * @param backend {@code ffm}, {@code jna} or {@code none}
 * @param reason one line that says why it is this one, and why no better one
 * @param cause what was thrown where a better one failed to load
 */
public record Diagnostics(String backend, String reason, Optional<Throwable> cause) {

    /**
     * Looks which back-end runs. The first call loads it, which takes some 50 to 300 ms of CPU; later ones are free.
     * Never throws. Thread safe.
     *
     * @return the answer, the same in every call
     */
    public static Diagnostics current() {
        Backend backend = Backend.current();
        return new Diagnostics(backend.name(), backend.reason(), Optional.ofNullable(backend.cause()));
    }

    /** {@return the back-end and the reason in one line} */
    @Override
    public String toString() {
        return "system calls by " + backend + ": " + reason;
    }
}
