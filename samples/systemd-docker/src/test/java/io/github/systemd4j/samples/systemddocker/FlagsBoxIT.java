package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That we know which of the engines' options have a value, by their own help. */
@Timeout(60)
class FlagsBoxIT {

    private static final Pattern OPTION = Pattern.compile("^ +(?:(-\\w), )?(--[a-z0-9-]+)( \\S+)?(?:  .*)?$");

    @ParameterizedTest
    @ValueSource(strings = {"/usr/bin/docker", "/usr/bin/podman"})
    void flagsAreThoseWithoutAValue(String engine) throws Exception {
        List<String> flags = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (String line : Box.run(engine, "run", "--help").split("\n", -1)) {
            Matcher option = OPTION.matcher(line);
            if (option.matches()) {
                List<String> names = option.group(3) == null ? flags : others;
                names.add(option.group(2));
                if (option.group(1) != null) {
                    names.add(option.group(1));
                }
            }
        }

        assertThat(flags).contains("--rm", "--detach", "-d").isSubsetOf(RunArguments.FLAGS);
        assertThat(others).contains("--name", "--volume", "-v").doesNotContainAnyElementsOf(RunArguments.FLAGS);
    }
}
