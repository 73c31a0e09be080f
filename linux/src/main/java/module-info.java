import org.jspecify.annotations.NullMarked;

/**
 * The system calls that systemd4j needs, over {@code java.lang.foreign} (JDK 22 and later) or JNA (JDK 17 to 21).
 *
 * <p>Users meet two things of this module: {@link io.github.systemd4j.linux.SystemCallException}, in which our modules
 * report what the kernel refused, and {@link io.github.systemd4j.linux.Diagnostics}, which tells how system calls are
 * made here and why. The calls themselves are exported to systemd4j's own modules alone.
 */
@NullMarked
// requires-automatic: JNA's jar is an automatic module with a stable name (its -jpms variant, for jlink, has the same).
// module: the modules named in the qualified export need not exist when this one is compiled.
@SuppressWarnings({"requires-automatic", "module"})
module io.github.systemd4j.linux {
    requires com.sun.jna;
    requires static org.jspecify;

    exports io.github.systemd4j.linux;
    exports io.github.systemd4j.linux.libc to
            io.github.systemd4j.activation,
            io.github.systemd4j.journal,
            io.github.systemd4j.sdnotify,
            io.github.systemd4j.testkit;
}
