package io.github.systemd4j.linux;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The kernel refused a system call. The message has the call, its target, the error's name and number, and, where we
 * know it, what to do: {@code connect(/run/systemd/notify): ENOENT (2): is the directory mounted in this container?}
 *
 * <p>The numbers are those of errno(3), see {@link Errno}. The message is independent of the locale. Immutable.
 */
public final class SystemCallException extends IOException {

    private static final long serialVersionUID = 1L;

    /** The C function. */
    private final String call;

    /** What it was called on. */
    private final String target;

    /** The error number. */
    private final int errno;

    /**
     * Makes an exception.
     *
     * @param call the C function, such as {@code sendmsg}
     * @param target what it was called on, such as a path
     * @param errno the error number, positive
     * @param advice what was wrong or what to do, or null where the number says it all
     */
    public SystemCallException(String call, String target, int errno, @Nullable String advice) {
        super(call + "(" + target + "): " + Errno.name(errno) + " (" + errno + ")"
                + (advice == null ? "" : ": " + advice));
        this.call = call;
        this.target = target;
        this.errno = errno;
    }

    /**
     * The C function that failed.
     *
     * @return its name, such as {@code sendmsg}
     */
    public String call() {
        return call;
    }

    /**
     * What the function was called on.
     *
     * @return a path, an abstract address, a descriptor's number
     */
    public String target() {
        return target;
    }

    /**
     * The error number.
     *
     * @return the number, positive, such as {@link Errno#ECONNREFUSED}
     */
    public int errno() {
        return errno;
    }
}
