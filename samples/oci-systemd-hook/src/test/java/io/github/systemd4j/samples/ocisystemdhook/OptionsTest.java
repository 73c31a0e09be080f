package io.github.systemd4j.samples.ocisystemdhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.systemd4j.samples.ocisystemdhook.Options.Command;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

    @Test
    void allOfThem() throws UsageException {
        assertThat(Options.parse(List.of("precreate", "--fail-open")))
                .isEqualTo(new Options(Command.PRECREATE, true, null, null));
        assertThat(Options.parse(List.of("poststop"))).isEqualTo(new Options(Command.POSTSTOP, false, null, null));
        assertThat(Options.parse(List.of("bundle", "/b", "--id", "web")))
                .isEqualTo(new Options(Command.BUNDLE, false, "/b", "web"));
        assertThat(Options.parse(List.of("--help")).command()).isEqualTo(Command.HELP);
        assertThat(Options.parse(List.of("precreate", "-h")).command()).isEqualTo(Command.HELP);
    }

    @ParameterizedTest
    @CsvSource({
        "'',the command is missing",
        "prestart,prestart",
        "bundle,bundle needs a value",
        "bundle /b,bundle needs --id",
        "precreate --id,--id needs a value",
        "precreate --id a/b,--id a/b",
        "precreate --id ..,--id ..",
        "precreate --no,--no"
    })
    void wrongOnes(String line, String named) {
        assertThatThrownBy(() -> Options.parse(List.of(line.split(" ", -1))))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(named);
    }
}
