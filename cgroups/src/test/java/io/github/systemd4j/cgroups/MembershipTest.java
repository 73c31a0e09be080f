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
    @ValueSource(
            strings = {
                "x",
                "1:cpu",
                ":cpu:/",
                "-1:cpu:/",
                "1:cpu:",
                "1:cpu:a",
                "1:cpu:/a\0",
                "1234567890123::/",
                "3::/x",
                "3:,:/x"
            })
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

    /** A line is found without reading the others: it must be the one that is found among all of them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2:cpu,cpuacct:/a\n3:cpu:/b\n0::/c\n0::/d\n",
                "0:cpu:/a\n5::/b\n:::\n::/\n0::relative\n0::/c\n",
                "1:,a,:/x\n2:a,,b:/y\n3:b:/z\n",
                "x\n\n4:memory:\n5:memory:/a\0\n6:memory:/ok\n",
                "7:name=systemd:/a:b,c:d\n8:c:/e\n",
                "1:cpuset,cpu",
                ""
            })
    void oneLineIsFoundAsAmongAll(String text) {
        for (String controller : List.of("cpu", "cpuacct", "cpuset", "memory", "a", "b", "c", "name=systemd", "d")) {
            assertThat(parse(text).controller(controller))
                    .as(controller)
                    .isEqualTo(parse(text).entries().stream()
                            .filter(entry -> entry.controllers().contains(controller))
                            .findFirst());
        }
        assertThat(parse(text).unified())
                .isEqualTo(parse(text).entries().stream()
                        .filter(Membership.Entry::isUnified)
                        .findFirst());
    }

    @Test
    void theTextIsNobodyElses() {
        byte[] text = "0::/a\n".getBytes(ISO_8859_1);
        Membership process = Membership.parse(text);
        text[4] = 'b';
        assertThat(process.unified().orElseThrow().path()).hasToString("/a");
    }
}
