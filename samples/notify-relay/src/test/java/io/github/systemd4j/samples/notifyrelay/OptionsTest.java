package io.github.systemd4j.samples.notifyrelay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

    @Test
    void onlyTheCommandMustBeGiven() throws UsageException {
        Options options = Options.parse(List.of("--", "true", "--help"));

        assertThat(options.socket()).isNull();
        assertThat(options.upstream()).isNull();
        assertThat(options.mode()).isEqualTo(-1);
        assertThat(options.command()).containsExactly("true", "--help");
    }

    @Test
    void everythingMayBeGiven() throws UsageException {
        String line =
                "--socket /run/x --mode 660 --owner 5:6 --upstream @up --allow-uid 0 --allow-cgroup /a/b --drop ERRNO"
                        + " --status-prefix web: --ready-once --ping-every 0.5 --answer-barriers 2 -- java -jar x";
        Options options = Options.parse(List.of(line.split(" ", -1)));

        assertThat(options.socket()).isEqualTo("/run/x");
        assertThat(options.mode()).isEqualTo(0660);
        assertThat(options.uid()).isEqualTo(5);
        assertThat(options.gid()).isEqualTo(6);
        assertThat(options.upstream()).isEqualTo("@up");
        assertThat(options.command()).containsExactly("java", "-jar", "x");
    }

    @Test
    void helpNeedsNoCommand() throws UsageException {
        assertThat(Options.parse(List.of("--ready-once", "--help")).command()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--ready-once               | the command is missing: -- COMMAND [ARG...] stands at the end",
                "--                         | the command is missing: -- COMMAND [ARG...] stands at the end",
                "true                       | \"true\": the command must stand behind --",
                "--sockets x -- true        | there is no option \"--sockets\"; --help lists them all",
                "--socket -- true           | --socket needs a value",
                "--socket x -- true         | --socket x: must be an absolute path, or @ and a name",
                "--upstream vsock:2:9 -- x  | --upstream vsock:2:9: must be an absolute path, or @ and a name",
                "--mode 800 -- true         | --mode 800: must be a number",
                "--mode 1777 -- true        | --mode 1777: must be 0 to 777",
                "--owner root -- true       | --owner root: must be UID:GID, two numbers",
                "--owner 1:x -- true        | --owner x: must be a number",
                "--allow-uid -1 -- true     | --allow-uid -1: must be a number",
                "--allow-cgroup a -- true   | --allow-cgroup a: must be a path as in /proc/PID/cgroup",
                "--drop READY=1 -- true     | --drop READY=1: must be the name of a field, such as MAINPID",
                "--ping-every 0 -- true     | --ping-every 0: must be seconds, from 0.000001 to 1000000",
                "--answer-barriers x -- x   | --answer-barriers x: must be seconds, from 0.000001 to 1000000",
            })
    void aWrongLineIsAnsweredWithASentence(String line, String sentence) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> Options.parse(List.of(line.split(" ", -1))))
                .withMessage(sentence);
    }
}
