package io.github.systemd4j.samples.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

    private static Options parse(String line) throws UsageException {
        return Options.parse(line.isEmpty() ? List.of() : List.of(line.split(" ", -1)));
    }

    @Test
    void aProcessOrFilesMayBeGiven() throws UsageException {
        assertThat(parse("cgroup")).isEqualTo(new Options(false, null, null, null));
        assertThat(parse("cgroup --pid 42")).isEqualTo(new Options(false, 42L, null, null));
        assertThat(parse("cgroup --mountinfo m --cgroup c")).isEqualTo(new Options(false, null, "c", "m"));
        assertThat(parse("--help").help()).isTrue();
        assertThat(parse("cgroup --pid 1 -h").help()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                 | the command is missing: cgroup; --help says more",
                "cgroups                            | there is no command \"cgroups\"; --help lists them all",
                "cgroup x                           | there is no option \"x\"; --help lists them all",
                "cgroup --pid                       | --pid needs a value",
                "cgroup --pid 0                     | --pid 0: must be the number of a process",
                "cgroup --pid 99999999999           | --pid 99999999999: must be the number of a process",
                "cgroup --pid x                     | --pid x: must be the number of a process",
                "cgroup --cgroup f                  | --cgroup and --mountinfo are of use only together",
                "cgroup --mountinfo f               | --cgroup and --mountinfo are of use only together",
                "cgroup --pid 1 --cgroup f --mountinfo f "
                        + "| --pid asks the running system, --cgroup a recorded one: only one of them",
            })
    void aWrongLineIsAnsweredWithASentence(String line, String sentence) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> parse(line))
                .withMessage(sentence);
    }
}
