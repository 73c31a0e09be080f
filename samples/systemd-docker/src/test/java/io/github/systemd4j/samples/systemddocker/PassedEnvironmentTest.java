package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PassedEnvironmentTest {

    @Test
    void namesWithoutValuesAndWithoutWhatIsOurs() {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String name : new String[] {
            "XYZ",
            "ABC",
            "_x1",
            "HOME",
            "PATH",
            "NOTIFY_SOCKET",
            "LISTEN_FDS",
            "LISTEN_PID",
            "LISTEN_FDNAMES",
            "WATCHDOG_USEC",
            "WATCHDOG_PID",
            "FDSTORE",
            "LISTEN_PIDFDID",
            "MAINPID",
            "MAINPIDFDID",
            "MANAGERPIDFDID",
            "JOURNAL_STREAM",
            "CREDENTIALS_DIRECTORY",
            "BASH_FUNC_x%%",
            "a.b"
        }) {
            environment.put(name, "secret");
        }

        assertThat(PassedEnvironment.options(environment)).containsExactly("--env=ABC", "--env=XYZ", "--env=_x1");
    }
}
