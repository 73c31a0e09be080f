package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Names of units, systemd.unit(5), and their escaping, systemd-escape(1).
 *
 * <p>Stateless, thread safe. Text counts as UTF-8.
 */
public final class UnitName {

    /** The slice in which all others are. */
    static final String ROOT_SLICE = "-.slice";

    private static final int MAX_LENGTH = 255;
    private static final Set<String> TYPES = Set.of(
            "service",
            "socket",
            "target",
            "device",
            "mount",
            "automount",
            "swap",
            "timer",
            "path",
            "slice",
            "scope",
            "snapshot"); // until version 227
    /** What would clash with the kernel's files if a control group had such a name. */
    private static final Set<String> KERNELS_FILES = Set.of("notify_on_release", "release_agent", "tasks");

    private static final Set<String> KERNELS_PREFIXES =
            Set.of("cgroup", "cpu", "cpuacct", "cpuset", "io", "blkio", "memory", "devices", "pids");
    private static final String HEX = "0123456789abcdef";

    /** What comes before the type. */
    enum Kind {
        PLAIN,
        INSTANCE,
        TEMPLATE,
        NONE
    }

    private UnitName() {}

    /**
     * Whether this is the name of a unit: plain ({@code a.service}), an instance ({@code a@b.service}) or a template
     * ({@code a@.service}).
     *
     * @param name any text
     * @return true if systemd would take it
     */
    public static boolean isValid(String name) {
        return kind(name) != Kind.NONE;
    }

    static Kind kind(String name) {
        int dot = name.lastIndexOf('.');
        int at = name.indexOf('@');
        if (dot <= 0 || at == 0 || name.length() > MAX_LENGTH || !TYPES.contains(name.substring(dot + 1))) {
            return Kind.NONE;
        }
        for (int i = 0; i < dot; i++) {
            if (!isAllowed(name.charAt(i)) && name.charAt(i) != '@') {
                return Kind.NONE;
            }
        }
        if (at < 0) {
            return Kind.PLAIN;
        }
        return at == dot - 1 ? Kind.TEMPLATE : Kind.INSTANCE;
    }

    private static boolean isAllowed(int c) {
        return Bytes.isAlphanumeric(c) || (c < 128 && ":-_.\\".indexOf(c) >= 0);
    }

    /**
     * Makes any text fit for a part of a unit's name: {@code /} becomes {@code -}, what is not allowed {@code \xNN}.
     *
     * @param text any text without NUL
     * @return as {@code systemd-escape TEXT} prints it
     */
    public static String escape(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        StringBuilder escaped = new StringBuilder(bytes.length + 16);
        for (int i = 0; i < bytes.length; i++) {
            int c = bytes[i] & 0xFF;
            if (c == '/') {
                escaped.append('-');
            } else if (c == '-' || c == '\\' || (c == '.' && i == 0) || !isAllowed(c)) {
                escaped.append("\\x").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            } else {
                escaped.append((char) c);
            }
        }
        return escaped.toString();
    }

    /**
     * The way back from {@link #escape}.
     *
     * @param escaped a part of a unit's name
     * @return as {@code systemd-escape --unescape} prints it; empty if it is not escaped like that, or is no UTF-8
     */
    public static Optional<String> unescape(String escaped) {
        byte[] in = escaped.getBytes(UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(in.length);
        for (int i = 0; i < in.length; i++) {
            if (in[i] != '\\') {
                out.write(in[i] == '-' ? '/' : in[i]);
                continue;
            }
            int high = i + 3 < in.length && in[i + 1] == 'x' ? Character.digit(in[i + 2], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(in[i + 3], 16);
            if (low < 0) {
                return Optional.empty();
            }
            out.write(high << 4 | low);
            i += 3;
        }
        try {
            return Optional.of(UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(out.toByteArray()))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /**
     * Makes a path fit for a part of a unit's name, as in {@code home-user.mount}. Slashes at both ends and double ones
     * don't count, nor does {@code /./}.
     *
     * @param path a path
     * @return as {@code systemd-escape --path} prints it; empty if there is a {@code ..} in the path
     */
    public static Optional<String> escapePath(String path) {
        List<String> names = new ArrayList<>();
        for (String name : path.split("/", -1)) {
            if (name.equals("..")) {
                return Optional.empty();
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return Optional.of(names.isEmpty() ? "-" : escape(String.join("/", names)));
    }

    /**
     * The way back from {@link #escapePath}.
     *
     * @param escaped a part of a unit's name
     * @return the absolute path, as {@code systemd-escape --unescape --path} prints it; empty if it is none
     */
    public static Optional<String> unescapePath(String escaped) {
        if (escaped.equals("-")) {
            return Optional.of("/");
        }
        return unescape(escaped).filter(UnitName::isNormalized).map(path -> "/" + path);
    }

    private static boolean isNormalized(String path) {
        for (String name : path.split("/", -1)) {
            if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf(0) >= 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * The name of a unit's control group: that of the unit, with a {@code _} in front where it would clash with a file
     * of the kernel, as {@code cpu.service} would.
     *
     * @param unit the name of a unit, or of any other control group
     * @return the name of its directory
     */
    public static String cgroupName(String unit) {
        int dot = unit.indexOf('.');
        boolean clashes = unit.isEmpty()
                || unit.startsWith("_")
                || unit.startsWith(".")
                || KERNELS_FILES.contains(unit)
                || (dot > 0 && KERNELS_PREFIXES.contains(unit.substring(0, dot)));
        return clashes ? "_" + unit : unit;
    }

    /** The way back from {@link #cgroupName}. */
    static String fromCgroupName(String name) {
        return name.startsWith("_") ? name.substring(1) : name;
    }

    /**
     * Where a slice is, systemd.slice(5): {@code a-b.slice} is {@code a.slice/a-b.slice}.
     *
     * @param slice the name of a slice
     * @return the path of its control group below the root, empty text for {@code -.slice}; nothing if there can be no
     *     such slice
     */
    public static Optional<String> slicePath(String slice) {
        if (slice.equals(ROOT_SLICE)) {
            return Optional.of("");
        }
        if (!isSlice(slice)) {
            return Optional.empty();
        }
        StringBuilder path = new StringBuilder();
        String name = slice.substring(0, slice.length() - ".slice".length());
        for (int dash = name.indexOf('-'); dash >= 0; dash = name.indexOf('-', dash + 1)) {
            if (dash == 0 || dash + 1 == name.length() || name.charAt(dash + 1) == '-') {
                return Optional.empty();
            }
            path.append(cgroupName(name.substring(0, dash) + ".slice")).append('/');
        }
        return Optional.of(path.append(cgroupName(slice)).toString());
    }

    static boolean isSlice(String name) {
        return name.endsWith(".slice") && kind(name) == Kind.PLAIN;
    }

    /** The unit whose control group has this name, if it is one. */
    static Optional<String> ofCgroup(String name) {
        String unit = fromCgroupName(name);
        Kind kind = kind(unit);
        return kind == Kind.PLAIN || kind == Kind.INSTANCE ? Optional.of(unit) : Optional.empty();
    }
}
