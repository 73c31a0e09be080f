package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

    private static Options parse(String line) throws UsageException {
        return Options.parse(List.of(line.split(" ", -1)));
    }

    @Test
    void withoutAny() throws UsageException {
        Options options = parse("run --rm --logs=false nginx");

        assertThat(options.logs()).isTrue();
        assertThat(options.env()).isFalse();
        assertThat(options.rm()).isFalse();
        assertThat(options.notifyFromContainer()).isFalse();
        assertThat(options.sockets()).isFalse();
        assertThat(options.name()).isNull();
        assertThat(options.pidFile()).isNull();
        assertThat(options.cgroups()).isEmpty();
        assertThat(options.engine()).containsExactly("docker");
        assertThat(options.runArguments()).containsExactly("--rm", "--logs=false", "nginx");
    }

    @Test
    void withAll() throws UsageException {
        Options options = parse(
                "--logs=false --env --cgroups name=systemd --cgroups=cpu --pid-file=/run/web.pid --notify --sockets"
                        + " --name web --rm --engine podman run nginx");

        assertThat(options.logs()).isFalse();
        assertThat(options.env()).isTrue();
        assertThat(options.cgroups()).containsExactly("name=systemd", "cpu");
        assertThat(options.pidFile()).isEqualTo(Path.of("/run/web.pid"));
        assertThat(options.notifyFromContainer()).isTrue();
        assertThat(options.sockets()).isTrue();
        assertThat(options.name()).isEqualTo("web");
        assertThat(options.rm()).isTrue();
        assertThat(options.engine()).containsExactly("podman");
        assertThat(options.runArguments()).containsExactly("nginx");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--logs run nginx", "--logs=true run nginx", "-l run nginx"})
    void logs(String line) throws UsageException {
        assertThat(parse(line).logs()).isTrue();
        assertThat(parse(line).runArguments()).containsExactly("nginx");
    }

    @Test
    void shortOnes() throws UsageException {
        Options options = parse("-l=false -e -n -p /run/web.pid -c cpu --rm=false run nginx");

        assertThat(options.logs()).isFalse();
        assertThat(options.env()).isTrue();
        assertThat(options.rm()).isFalse();
        assertThat(options.notifyFromContainer()).isTrue();
        assertThat(options.cgroups()).containsExactly("cpu");
    }

    @Test
    void theEngineMayHaveOptionsOfItsOwn() throws UsageException {
        assertThat(Options.parse(List.of("--engine", "podman --root /srv", "run", "nginx"))
                        .engine())
                .containsExactly("podman", "--root", "/srv");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "start nginx", "--logs=perhaps run nginx", "--no-such run nginx", "--pid-file"})
    void wrong(String line) {
        assertThatThrownBy(() -> parse(line)).isInstanceOf(UsageException.class);
    }

    @Test
    void help() throws UsageException {
        assertThat(parse("--help").help()).isTrue();
        assertThat(Options.helpText()).contains("--cgroups", "--pid-file", "best %n", "[engine options] IMAGE");
    }
}
