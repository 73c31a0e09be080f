package io.github.systemd4j.activation;

/**
 * By which gate descriptors become channels of the JDK here, and why not by another. For a start-up message or a bug
 * report; nothing has to be configured.
 *
 * <p>The JDK has constructors for a channel on a given descriptor, in the package {@code sun.nio.ch} of {@code
 * java.base}. The gates to it, in this order:
 *
 * <ol>
 *   <li>{@code opens}: the package is open to us, by {@code --add-opens java.base/sun.nio.ch=ALL-UNNAMED} or by the line
 *       {@code Add-Opens: java.base/sun.nio.ch} in the manifest of the jar that {@code java -jar} starts. No native
 *       code, no warning, some 10 ms.
 *   <li>{@code ffm}, {@code jna}: JNI, called by whichever way {@link io.github.systemd4j.linux.Diagnostics} names. No
 *       flag needed; JDK 24 and later print a warning unless native access is enabled.
 *   <li>{@code inheritedChannel}: {@link System#inheritedChannel}, for a single socket on descriptor 0 alone.
 * </ol>
 *
 * <p>The system property {@code io.github.systemd4j.activation.gate} ({@code opens}, {@code native} or {@code
 * inheritedChannel}) takes one by hand; {@code native} is {@code ffm} or {@code jna}.
 *
 * @param gate {@code opens}, {@code ffm}, {@code jna} or {@code inheritedChannel}
 * @param reason one line that says why this one, and why none before it
 */
public record GateDiagnostics(String gate, String reason) {

    /**
     * Looks which gate is used. The first call opens it, which loads the back-end of system calls where {@code opens}
     * is not to be had; later ones are free. Never throws. Thread safe.
     *
     * @return the answer, the same in every call
     */
    public static GateDiagnostics current() {
        return Gate.current().diagnostics();
    }

    /** {@return the gate and the reason in one line} */
    @Override
    public String toString() {
        return "channels by " + gate + ": " + reason;
    }
}
