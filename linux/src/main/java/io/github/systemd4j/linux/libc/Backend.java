package io.github.systemd4j.linux.libc;

import org.jspecify.annotations.Nullable;

/**
 * The implementation of {@link Libc} that this process uses, chosen once, with the reason. Immutable.
 *
 * @param name {@code ffm}, {@code jna} or {@code none}
 * @param libc the calls, null with {@code none}
 * @param reason why this one and no better one, one line
 * @param cause what was thrown by a better one that failed to load
 */
public record Backend(
        String name,
        @Nullable Libc libc,
        String reason,
        @Nullable Throwable cause) {

    /** The system property that chooses a back-end by hand: {@code ffm}, {@code jna} or {@code none}. */
    public static final String PROPERTY = "io.github.systemd4j.linux.backend";

    private static final int EBADF = 9;

    private static final class Holder {
        static final Backend CURRENT = choose(System.getProperty(PROPERTY, ""));
    }

    /**
     * The back-end of this process. The first call loads it; it never throws.
     *
     * @return always the same one
     */
    public static Backend current() {
        return Holder.CURRENT;
    }

    static Backend choose(String wish) {
        String unsupported = unsupportedPlatform(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
        if (unsupported != null) {
            return new Backend("none", null, unsupported, null);
        }
        return switch (wish) {
            case "none" -> new Backend("none", null, "chosen by -D" + PROPERTY, null);
            case "ffm" -> foreign("chosen by -D" + PROPERTY);
            case "jna" -> jna("chosen by -D" + PROPERTY, null);
            case "" -> automatic("");
            default -> automatic("-D" + PROPERTY + "=" + wish + " ignored, it is none of ffm, jna, none; ");
        };
    }

    private static Backend automatic(String remark) {
        int jdk = Runtime.version().feature();
        if (jdk < 22) {
            return jna(remark + "JDK " + jdk + " has no final java.lang.foreign", null);
        }
        Backend foreign = foreign(remark + "JDK " + jdk + " has java.lang.foreign");
        return foreign.libc != null ? foreign : jna(foreign.reason, foreign.cause);
    }

    /** Sizes and constants in this package are those of 64-bit Linux with the kernel's generic numbers. */
    static @Nullable String unsupportedPlatform(String os, String arch) {
        if (!os.equals("Linux")) {
            return "os.name is " + os + ", system calls are made on Linux alone";
        }
        return switch (arch) {
            case "amd64", "x86_64", "aarch64", "riscv64", "s390x", "loongarch64" -> null;
            default -> "os.arch is " + arch + ", supported are amd64, aarch64, riscv64, s390x and loongarch64";
        };
    }

    private static Backend foreign(String reason) {
        try {
            return checked("ffm", ForeignLibc.open(), reason);
        } catch (Throwable e) { // access denied, class version, linker: whatever it is must not reach the service
            return new Backend("none", null, reason + ", but " + describe(e), e);
        }
    }

    private static Backend jna(String reason, @Nullable Throwable earlier) {
        try {
            Backend backend = checked("jna", JnaLibc.open(), reason);
            return new Backend(backend.name, backend.libc, backend.reason, earlier);
        } catch (Throwable e) { // no JNA, noexec or read-only tmp, access denied: JNA throws Errors of every kind
            if (earlier != null) {
                e.addSuppressed(earlier);
            }
            return new Backend("none", null, reason + "; JNA: " + describe(e), e);
        }
    }

    /** A call that must fail shows that calls arrive and that errno comes back. */
    private static Backend checked(String name, Libc libc, String reason) {
        int result = libc.close(-1);
        if (result != -EBADF) {
            throw new IllegalStateException("close(-1) answered " + result + " instead of -EBADF");
        }
        return new Backend(name, libc, reason, null);
    }

    private static String describe(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage();
        String text = root.getClass().getSimpleName() + (message == null ? "" : ": " + message);
        int line = text.indexOf('\n');
        return (line < 0 ? text : text.substring(0, line)) + remedy(text);
    }

    private static String remedy(String text) {
        if (text.contains("failed to map segment") || text.contains("temporary directory")) {
            return " (JNA unpacks a library: set -Djna.tmpdir to a writable directory that is not mounted noexec,"
                    + " or use JDK 22 or later, which unpacks nothing)";
        }
        if (text.startsWith("ClassNotFoundException: com.sun.jna")) {
            return " (net.java.dev.jna:jna is not on the class path)";
        }
        if (text.contains("IllegalCallerException")
                || text.contains("illegal native access")
                || text.contains("Illegal native access")) {
            return " (start java with --enable-native-access=ALL-UNNAMED,"
                    + " or, on the module path, =io.github.systemd4j.linux)";
        }
        return "";
    }
}
