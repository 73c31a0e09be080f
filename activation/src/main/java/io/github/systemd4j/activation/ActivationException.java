package io.github.systemd4j.activation;

import java.io.IOException;

/**
 * A descriptor cannot become what was asked for: it is of another kind, or the JDK cannot be given it here. The message
 * says which, and what to do. What the kernel refused is a {@link io.github.systemd4j.linux.SystemCallException}.
 */
public final class ActivationException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what was wrong, and what to do
     */
    public ActivationException(String message) {
        super(message);
    }
}
