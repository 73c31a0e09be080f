package io.github.systemd4j.cgroups;

import java.nio.file.Files;
import java.nio.file.Path;

/** Run by {@link OddNamesIT} in a JVM of its own: is there a directory, under whatever charset this JVM has? */
final class OddNamesProbe {

    private OddNamesProbe() {}

    public static void main(String[] arguments) throws CgroupException {
        Resolution.Found found =
                Cgroups.at(Path.of(arguments[0])).resolve("memory").orThrow();
        System.out.println(System.getProperty("sun.jnu.encoding") + " " + Files.isDirectory(found.directory()) + " "
                + Files.exists(found.directory().resolve("memory.max")));
    }
}
