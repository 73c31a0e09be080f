package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunArgumentsTest {

    private static RunArguments parse(String line) throws UsageException {
        return RunArguments.parse(List.of(line.split(" ", -1)));
    }

    @ParameterizedTest
    @CsvSource({
        "nginx, nginx",
        "--rm --name web nginx --rm, nginx --rm",
        "--rm=false --name=web nginx, nginx",
        "-it -v /a:/b nginx, nginx",
        "-itv /a:/b nginx -d, nginx -d",
        "-v/a:/b nginx, nginx",
        "-e A=--rm nginx, nginx",
        "-m=5m nginx, nginx",
        "--net host -- nginx --name x, nginx --name x",
        "--read-only --rootfs /srv/root sh -c x, /srv/root sh -c x",
    })
    void theImageIsFound(String line, String image) throws UsageException {
        assertThat(parse(line).image()).isEqualTo(List.of(image.split(" ", -1)));
    }

    @Test
    void optionsKeepTheirWordsAndOrder() throws UsageException {
        RunArguments arguments = parse("-dit -v /a:/b --name web -e A=1 --rm nginx -d");

        assertThat(arguments.optionsWithout("-d", "--rm", "--name"))
                .containsExactly("-i", "-t", "-v", "/a:/b", "-e", "A=1");
        assertThat(arguments.isSet("-d", "--detach")).isTrue();
        assertThat(arguments.isSet("--rm")).isTrue();
        assertThat(arguments.isSet("--init")).isFalse();
        assertThat(arguments.last("--name")).contains("web");
    }

    @Test
    void theLastOneCounts() throws UsageException {
        assertThat(parse("--rm --rm=false --name a --name=b nginx").isSet("--rm"))
                .isFalse();
        assertThat(parse("--name a --name=b nginx").last("--name")).contains("b");
    }

    @ParameterizedTest
    @CsvSource({"--rm", "--name web", "--name", "-it", "-v", "--"})
    void withoutAnImageItIsNoCommand(String line) {
        assertThatThrownBy(() -> parse(line)).isInstanceOf(UsageException.class).hasMessageStartingWith("run");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--name web@1.service nginx",
                "--name=-x nginx",
                "--name= nginx",
                "--name=../x nginx",
                "--name web-a\\x2db.service nginx"
            })
    void noNameOfAContainer(String line) throws UsageException {
        RunArguments arguments = parse(line);
        assertThatThrownBy(() -> arguments.checkName(Options.parse(List.of("run", "nginx"))))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("in a unit template say --name %p-%i");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "--name=web_1.2-x.service nginx", "--name web nginx --name=@"})
    void aNameOfAContainer(String line) throws UsageException {
        parse(line).checkName(Options.parse(List.of("run", "nginx")));
    }

    @ParameterizedTest
    @CsvSource({"--restart=always nginx", "--restart on-failure:3 nginx", "--restart unless-stopped nginx"})
    void theEngineDoesNotRestart(String line) throws UsageException {
        RunArguments arguments = parse(line);
        assertThatThrownBy(arguments::refuseRestartPolicy)
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("say Restart= in the unit");
    }

    @ParameterizedTest
    @CsvSource({"nginx", "--restart=no nginx", "nginx --restart=always"})
    void norIsItAskedTo(String line) throws UsageException {
        parse(line).refuseRestartPolicy();
    }
}
