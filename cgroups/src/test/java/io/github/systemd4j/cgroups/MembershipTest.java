package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MembershipTest {

    private static Membership parse(String text) {
        return Membership.parse(text.getBytes(ISO_8859_1));
    }

    @Test
    void everyLineIsAnEntry() {
        Membership process = parse("12:cpu,cpuacct,new_one:/a:b\n1:name=systemd:/a\n0::/c");
        assertThat(process.entries()).hasSize(3);
        assertThat(process.entries().get(0).hierarchy()).isEqualTo(12);
        assertThat(process.entries().get(0).controllers()).isEqualTo(List.of("cpu", "cpuacct", "new_one"));
        assertThat(process.controller("new_one").orElseThrow().path()).hasToString("/a:b");
        assertThat(process.unified().orElseThrow().path()).hasToString("/c");
        assertThat(process.controller("cpu,cpuacct")).isEmpty();
        assertThat(process.problem()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1:cpu", ":cpu:/", "-1:cpu:/", "1:cpu:", "1:cpu:a", "1:cpu:/a\0", "1234567890123::/"})
    void aLineThatIsNoneIsCounted(String line) {
        Membership process = parse(line + "\n0::/\n");
        assertThat(process.skippedLines()).isEqualTo(1);
        assertThat(process.entries()).hasSize(1);
    }

    @Test
    void systemdsOwnHierarchyComesFirst() {
        assertThat(parse("1:name=systemd:/a\n0::/b\n").systemdPath()).contains(RawPath.of("/a"));
        assertThat(parse("2:cpu:/a\n0::/b (deleted)\n").systemdPath()).contains(RawPath.of("/b"));
        assertThat(parse("2:cpu:/a\n").systemdPath()).isEmpty();
    }
}
