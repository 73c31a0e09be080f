package io.github.systemd4j.testkit;

import java.util.ArrayList;
import java.util.List;

/** Programs of these tests in a JVM like this one, on the same jar and back-end. */
final class Jvm {

    private Jvm() {}

    static ProcessBuilder program(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        String backend = System.getProperty("io.github.systemd4j.linux.backend");
        if (backend != null) {
            command.add("-Dio.github.systemd4j.linux.backend=" + backend);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    }
}
