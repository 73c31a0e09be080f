package io.github.systemd4j.samples.systemddocker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The packaged jar, without an engine and without systemd. */
@Timeout(60)
class SystemdDockerIT {

    private record Answer(int status, String output) {}

    private static Answer run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-jar", System.getProperty("systemd4j.jar")));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        return new Answer(process.waitFor(), output);
    }

    @Test
    void help() throws Exception {
        Answer answer = run("--help");

        assertThat(answer.status()).isZero();
        assertThat(answer.output()).startsWith("usage: systemd-docker [options] run [engine options] IMAGE");
    }

    @Test
    void whatIsNoCommand() throws Exception {
        Answer answer = run("--rm", "nginx");

        assertThat(answer.status()).isEqualTo(64);
        assertThat(answer.output())
                .isEqualTo("systemd-docker: after the options there must be: run [engine options] IMAGE");
    }

    @Test
    void noEngine() throws Exception {
        Answer answer = run("--engine=/no/such/docker", "run", "--rm", "--name=web", "nginx");

        assertThat(answer.status()).isEqualTo(69);
        assertThat(answer.output().lines()).hasSize(1);
        assertThat(answer.output())
                .startsWith("systemd-docker: there is no container engine: ")
                .contains("/no/such/docker");
    }

    @Test
    void socketsThatNobodyPassed() throws Exception {
        Answer answer = run("--sockets", "run", "--rm", "--name=web", "nginx");

        assertThat(answer.status()).isEqualTo(64);
        assertThat(answer.output())
                .startsWith("systemd-docker: --sockets: there are none, ")
                .endsWith("; the unit needs a socket unit (not Accept=yes), and Requires= it");
    }
}
