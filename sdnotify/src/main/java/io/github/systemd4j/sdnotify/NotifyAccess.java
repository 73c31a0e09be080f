package io.github.systemd4j.sdnotify;

/** Who may send notifications for a unit, see {@code NotifyAccess=} in systemd.service(5). */
public enum NotifyAccess {
    /** Nobody. */
    NONE("none"),
    /** The main process. */
    MAIN("main"),
    /** The main process and the control processes of {@code ExecStartPre=} and the like. */
    EXEC("exec"),
    /** Every process of the unit's control group. */
    ALL("all");

    private final String value;

    NotifyAccess(String value) {
        this.value = value;
    }

    String value() {
        return value;
    }
}
