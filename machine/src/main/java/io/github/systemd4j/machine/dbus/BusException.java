package io.github.systemd4j.machine.dbus;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Why a call has no answer. */
public final class BusException extends IOException {

    private static final long serialVersionUID = 1L;

    /** What kind of a failure it is. */
    public enum Kind {
        /** There is no socket, or nobody behind it. */
        NO_BUS,
        /** The bus does not want us. */
        REFUSED,
        /** There was no answer in time. */
        TIMEOUT,
        /** The connection ended while we waited: what was asked for may have been done or not. */
        LOST,
        /** What came is not D-Bus. */
        MALFORMED,
        /** The answer is an error, with a name. */
        ERROR,
        /** The object was closed. */
        CLOSED
    }

    /** The kind. */
    private final Kind kind;

    /** The name of the error, if it is one. */
    private final @Nullable String errorName;

    /** Who has sent the error. */
    private final @Nullable String sender;

    BusException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.errorName = null;
        this.sender = null;
    }

    BusException(Message error) {
        super(error.errorName() + ": " + error.text());
        this.kind = Kind.ERROR;
        this.errorName = error.errorName();
        this.sender = error.sender();
    }

    /**
     * Nothing happened in time.
     *
     * @param message what did not
     * @return a {@link Kind#TIMEOUT}
     */
    public static BusException timeout(String message) {
        return new BusException(Kind.TIMEOUT, message, null);
    }

    /**
     * The connection ended.
     *
     * @param message before what
     * @return a {@link Kind#LOST}
     */
    public static BusException lost(String message) {
        return new BusException(Kind.LOST, message, null);
    }

    /**
     * The kind.
     *
     * @return what kind of a failure it is
     */
    public Kind kind() {
        return kind;
    }

    /**
     * The error's name.
     *
     * @return such as {@code org.freedesktop.DBus.Error.AccessDenied}; empty unless it is an {@link Kind#ERROR}
     */
    public String errorName() {
        return errorName == null ? "" : errorName;
    }

    /**
     * Whether it is the bus that has said no, not the one who was called.
     *
     * @return true for an error of the bus itself
     */
    public boolean isOfBus() {
        return SocketBus.BUS.equals(sender);
    }
}
