package io.github.systemd4j.journal.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a service is called in the journal: by its unit, {@code orders} for orders.service; outside of one by its main
 * class or jar. "java", which it would be otherwise, is what all of them are.
 */
final class Identifier {

    private static final Path CGROUP = Path.of("/proc/self/cgroup");
    private static final String SERVICE = ".service";
    private static final String JAR = ".jar";
    private static final int MOST_CHARACTERS = 60;

    private Identifier() {}

    static String ofThisProcess() {
        String unit = null;
        try {
            unit = ofCgroup(Files.readString(CGROUP, StandardCharsets.ISO_8859_1));
        } catch (IOException | RuntimeException e) {
            unit = null; // no proc here, then no unit either
        }
        return unit == null ? ofCommand(System.getProperty("sun.java.command", "")) : unit;
    }

    /**
     * The service whose group this is, by cgroups(7): in version 2 the line {@code 0::PATH}, before it that of systemd's
     * own hierarchy. A scope below a service, as a user's session has it, is no part of that service.
     */
    static @Nullable String ofCgroup(String lines) {
        String found = null;
        for (String line : lines.split("\n", -1)) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && (parts[1].equals("name=systemd") || (parts[1].isEmpty() && found == null))) {
                found = ofPath(parts[2]);
            }
        }
        return found;
    }

    private static @Nullable String ofPath(String path) {
        String[] names = path.split("/", -1);
        for (int i = names.length - 1; i >= 0; i--) {
            String name = names[i].startsWith("_") ? names[i].substring(1) : names[i]; // systemd's escape
            if (name.endsWith(".scope") || name.endsWith(".slice")) {
                return null;
            }
            if (name.endsWith(SERVICE) && name.length() > SERVICE.length()) {
                return name.substring(0, name.length() - SERVICE.length());
            }
        }
        return null;
    }

    /** The class or jar of a command line as the JVM has it: {@code org.example.Main}, {@code module/Main}, a path. */
    static String ofCommand(String command) {
        int end = command.indexOf(JAR + " ");
        boolean jar = end > 0 || command.endsWith(JAR);
        int space = command.indexOf(' ');
        String first = jar
                ? command.substring(0, end > 0 ? end : command.length() - JAR.length())
                : command.substring(0, space < 0 ? command.length() : space);
        String name = first.substring(Math.max(first.lastIndexOf('/'), jar ? -1 : first.lastIndexOf('.')) + 1);
        return usable(name);
    }

    /** A jar may be called anything, and journald takes 250 bytes without control characters: 60 characters have no more. */
    private static String usable(String name) {
        String usable = name.codePoints()
                .filter(each -> !Character.isISOControl(each))
                .limit(MOST_CHARACTERS)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .strip();
        return usable.isEmpty() ? "java" : usable;
    }
}
