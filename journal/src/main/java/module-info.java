import org.jspecify.annotations.NullMarked;

/**
 * Records for systemd-journald(8), by its native protocol.
 *
 * <p>Start at {@link io.github.systemd4j.journal.JournalWriter}, or, for a logging framework, at {@link
 * io.github.systemd4j.journal.logback}, {@link io.github.systemd4j.journal.log4j} or {@link
 * io.github.systemd4j.journal.logging}. Each of these needs its framework, and none of the others.
 */
@NullMarked
// module: the module named in the qualified export need not exist when this one is compiled.
@SuppressWarnings("module")
module io.github.systemd4j.journal {
    requires transitive io.github.systemd4j.linux;
    requires static org.jspecify;
    requires static java.logging;
    requires static ch.qos.logback.classic;
    requires static ch.qos.logback.core;
    requires static org.slf4j;
    requires static org.apache.logging.log4j;
    requires static org.apache.logging.log4j.core;

    exports io.github.systemd4j.journal;
    exports io.github.systemd4j.journal.logback;
    exports io.github.systemd4j.journal.log4j;
    exports io.github.systemd4j.journal.logging;
    exports io.github.systemd4j.journal.internal to
            io.github.systemd4j.journal.system;

    // it sets the fields of the plugin's builder
    opens io.github.systemd4j.journal.log4j to
            org.apache.logging.log4j.core;
}
