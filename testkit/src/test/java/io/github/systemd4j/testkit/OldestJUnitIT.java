package io.github.systemd4j.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The tests of this module on the oldest JUnit that it is for. */
@Timeout(500)
class OldestJUnitIT {

    private static final String JUNIT = "target/oldest-junit/junit-platform-console-standalone.jar";
    private static final String EXPECTED = "systemd4j.expected.backend";

    @Test
    void theKitDoesTheSame() throws Exception {
        List<String> command = new ArrayList<>(Jvm.program(OldestJUnitIT.class).command());
        command.set(command.indexOf("-cp") + 1, withOldestJUnit(System.getProperty("java.class.path")));
        command.set(command.size() - 1, "org.junit.platform.console.ConsoleLauncher");
        command.add(1, "-D" + EXPECTED + "=" + System.getProperty(EXPECTED));
        command.addAll(List.of("execute", "--disable-banner", "--disable-ansi-colors", "--details=summary"));
        for (Class<?> tests : List.of(
                ActivatorIT.class,
                LifecycleIT.class,
                WebIT.class,
                ServiceManagerIT.class,
                JournalDaemonIT.class,
                OrdersIT.class)) {
            command.addAll(List.of("-c", tests.getName()));
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
            assertThat(said).containsPattern("\\[ +4\\d tests successful +]").containsPattern("\\[ +0 tests failed +]");
        } finally {
            process.destroyForcibly();
        }
    }

    private static String withOldestJUnit(String classPath) {
        return JUNIT + ":"
                + Arrays.stream(classPath.split(":", -1))
                        .filter(entry -> !entry.contains("/org/junit/"))
                        .collect(Collectors.joining(":"));
    }
}
