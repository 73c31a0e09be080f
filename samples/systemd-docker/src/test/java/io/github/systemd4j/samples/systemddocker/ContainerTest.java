package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ContainerTest {

    private static final String ID = "0123456789ab".repeat(5) + "cdef";

    private static String answer(long pid, String status) {
        return ID + "\n/web\n" + status + "\n" + pid
                + "\n3\n\"2026-11-22T11:14:14.7Z\"\n\"0001-01-01T00:00:00Z\"\nno\njson-file\nnginx";
    }

    @Test
    void anAnswer() throws EngineException {
        Container container = Container.parse(answer(0, "exited"));

        assertThat(container.id()).isEqualTo(ID);
        assertThat(container.name()).isEqualTo("web");
        assertThat(container.exitCode()).isEqualTo(3);
        assertThat(container.startedAt()).isEqualTo("2026-11-22T11:14:14.7Z");
        assertThat(container.label()).isEqualTo("web (0123456789ab)");
        assertThat(container.isRunning()).isFalse();
        assertThat(Container.TEMPLATE.split("\n", -1))
                .hasSameSizeAs(answer(0, "").split("\n", -1));
    }

    @Test
    void itRunsIfItsProcessDoes() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();

        assertThat(Container.parse(answer(ProcessHandle.current().pid(), "running"))
                        .isRunning())
                .isTrue();
        assertThat(Container.parse(answer(gone.pid(), "running")).isRunning()).isFalse();
    }

    @Test
    void whatIsNoAnswer() {
        assertThatThrownBy(() -> Container.parse("Error: no such object"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("not understood");
    }
}
