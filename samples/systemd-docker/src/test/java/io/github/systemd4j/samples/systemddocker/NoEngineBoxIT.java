package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A machine without an engine: one sentence, EX_UNAVAILABLE, and nothing was started. */
@Timeout(120)
class NoEngineBoxIT {

    @BeforeEach
    void install() throws Exception {
        Box.install();
    }

    @AfterEach
    void remove() throws Exception {
        Box.run("systemctl", "reset-failed", "none");
    }

    @Test
    void noClient() throws Exception {
        Box.unit("none", "", "--engine=/no/such/docker", "run", "--rm", "--name=none", "image");
        Box.run("systemctl", "start", "none");

        assertThat(Box.show("none", "ExecMainStatus")).isEqualTo("69");
        assertThat(Box.log("none").lines().filter(line -> line.startsWith("systemd-docker: ")))
                .singleElement()
                .asString()
                .startsWith("systemd-docker: there is no container engine: ")
                .contains("/no/such/docker");
    }

    @Test
    void noDaemon() throws Exception {
        Box.unit("none", "", "--engine=/usr/bin/docker -H unix:///no/such/socket", "run", "--name=none", "image");
        Box.run("systemctl", "start", "none");

        assertThat(Box.show("none", "ExecMainStatus")).isEqualTo("69");
        assertThat(Box.log("none").lines().filter(line -> line.startsWith("systemd-docker: ")))
                .singleElement()
                .asString()
                .startsWith("systemd-docker: /usr/bin/docker: the engine does not answer: ")
                .contains("unix:///no/such/socket");
    }
}
