package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.systemd4j.cgroups.Layouts.Layout;
import io.github.systemd4j.cgroups.Resolution.Absent;
import io.github.systemd4j.cgroups.Resolution.Found;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MountTableTest {

    static Stream<Arguments> answers() {
        return Stream.of(
                of(Layouts.REORDERED, "cpu", "/sys/fs/cgroup/cpu,cpuacct/system.slice/web.service v1"),
                of(Layouts.REORDERED, "cpuacct", "/sys/fs/cgroup/cpu,cpuacct/system.slice/web.service v1"),
                of(Layouts.REORDERED, "net_cls", "/sys/fs/cgroup/net_cls,net_prio v1"),
                of(Layouts.REORDERED, "name=systemd", "/sys/fs/cgroup/systemd/system.slice/web.service v1"),
                of(Layouts.REORDERED, "pids", "NO_CONTROLLER"),
                of(Layouts.REORDERED, "unified", "NO_HIERARCHY"),
                of(Layouts.HYBRID, "cpu", "/sys/fs/cgroup/cpu,cpuacct v1"),
                of(Layouts.HYBRID, "memory", "/sys/fs/cgroup/memory/user.slice/user-1000.slice/user@1000.service v1"),
                of(
                        Layouts.HYBRID,
                        "io",
                        "/sys/fs/cgroup/unified/user.slice/user-1000.slice/user@1000.service/app.slice/web.service v2"),
                of(Layouts.HYBRID, "name=other", "NO_HIERARCHY"),
                of(Layouts.V232, "unified", "/sys/fs/cgroup/systemd/system.slice/web.service v2"),
                of(Layouts.V232, "name=systemd", "NO_HIERARCHY"),
                of(Layouts.V232, "memory", "/sys/fs/cgroup/memory v1"),
                of(Layouts.UNIFIED, "memory", "/sys/fs/cgroup/system.slice/web.service v2"),
                of(Layouts.UNIFIED, "unified", "/sys/fs/cgroup/system.slice/web.service v2"),
                of(Layouts.BIND_MOUNTS, "cpu", "/sys/fs/cgroup/cpu,cpuacct/init v1"),
                of(Layouts.BIND_MOUNTS, "name=systemd", "/sys/fs/cgroup/systemd v1"),
                of(Layouts.BIND_MOUNTS, "memory", "OUTSIDE"),
                of(Layouts.BIND_MOUNTS, "unified", "NOT_MOUNTED"),
                of(Layouts.OVERMOUNTED, "memory", "/sys/fs/cgroup/mem v1"),
                of(Layouts.OVERMOUNTED, "unified", "UNNAMEABLE"),
                of(Layouts.NAMESPACE, "memory", "UNNAMEABLE"),
                of(Layouts.NAMESPACE, "pids", "/sys/fs/cgroup/pids/other/a v1"),
                of(Layouts.NAMESPACE, "cpu", "OUTSIDE"),
                of(Layouts.NAMESPACE, "name=systemd", "/sys/fs/cgroup/systemd v1"),
                of(Layouts.ODD_NAMES, "memory", "/m e\\m/\u00e4/\u00ff\u00fe v1"),
                of(Layouts.ODD_NAMES, "unified", "/not\\04x/\u00fc v2"),
                of(Layouts.ODD_NAMES, "name=systemd", "/s/a v1"));
    }

    private static Arguments of(Layout layout, String controller, String answer) {
        return Arguments.of(layout, controller, answer);
    }

    @ParameterizedTest
    @MethodSource("answers")
    void everyLayoutHasItsAnswer(Layout layout, String controller, String answer) {
        assertThat(layout.answer(controller)).isEqualTo(answer);
        assertThat(layout.mounts().skippedLines()).isZero();
        assertThat(layout.membership().skippedLines()).isZero();
    }

    /** What somebody has mounted inside of a hierarchy, on the way to the directory. */
    @ParameterizedTest
    @CsvSource({
        "'', /h/a/b/c",
        "31 30 0:40 / /h/a rw - tmpfs t rw, HIDDEN",
        "31 30 0:40 / /h/a/b/c rw - tmpfs t rw, HIDDEN",
        "31 30 0:40 / /h/a/b/c/d rw - tmpfs t rw, /h/a/b/c",
        "31 30 0:40 / /h/ab rw - tmpfs t rw, /h/a/b/c",
        "31 30 0:9 /a /h/a rw - cgroup2 c rw, /h/a/b/c",
        "31 30 0:9 /other /h/a rw - cgroup2 c rw, OUTSIDE",
        "31 30 0:9 /a/b /h/a rw - cgroup2 c rw, /h/a/c",
        "31 30 0:10 /a /h/a rw - cgroup c rw;memory, HIDDEN",
        "31 30 0:40 / /h/a rw - tmpfs t rw|32 31 0:9 /a/b /h/a/b rw - cgroup2 c rw, /h/a/b/c",
        "31 30 0:9 /a /h/a rw - cgroup2 c rw|32 31 0:40 / /h/a/b rw - tmpfs t rw, HIDDEN",
        "31 30 0:40 / /h/a rw - tmpfs t rw|32 31 0:9 /a /h/a rw - cgroup2 c rw, /h/a/b/c",
        "31 30 0:40 / /h/a rw - tmpfs t rw|32 20 0:9 / /other rw - cgroup2 c rw, /other/a/b/c",
    })
    void whatIsMountedInsideOfAHierarchyMayHideADirectory(String more, String answer) {
        String table = "20 1 8:1 / / rw - ext4 d rw\n30 20 0:9 / /h rw - cgroup2 c rw\n"
                + more.replace('|', '\n').replace(';', ',') + "\n";
        Resolution found = MountTable.parse(table.getBytes(ISO_8859_1))
                .resolveUnified(Membership.parse("0::/a/b/c\n".getBytes(ISO_8859_1)));
        assertThat(
                        found instanceof Absent absent
                                ? absent.reason().name()
                                : ((Found) found).name().toString())
                .isEqualTo(answer);
    }

    @Test
    void anAnswerSaysHowItWasFound() throws CgroupException {
        Found found = Layouts.BIND_MOUNTS
                .mounts()
                .resolve(Layouts.BIND_MOUNTS.membership(), "cpu")
                .orThrow();
        assertThat(found.mountPoint()).hasToString("/sys/fs/cgroup/cpu,cpuacct");
        assertThat(found.mountRoot()).hasToString("/docker/4f");
        assertThat(found.relative()).hasToString("/init");
        assertThat(found.device()).isEqualTo(28);
        assertThat(found.path()).contains(found.directory());
    }

    @Test
    void noAnswerSaysWhy() {
        Absent absent = (Absent) Layouts.NAMESPACE.mounts().resolve(Layouts.NAMESPACE.membership(), "memory");
        assertThat(absent.path()).isEmpty();
        assertThat(absent.message())
                .isEqualTo("the mount at /sys/fs/cgroup/memory is from outside of the cgroup namespace: "
                        + "3 names between its root and / are unknown here");
        assertThatExceptionOfType(CgroupException.class)
                .isThrownBy(absent::orThrow)
                .withMessage("resolve(memory): ENOENT (2): " + absent.message())
                .satisfies(e -> {
                    assertThat(e.call()).isEqualTo("resolve");
                    assertThat(e.target()).isEqualTo("memory");
                    assertThat(e.errno()).isEqualTo(CgroupException.Errno.ENOENT);
                });
    }

    private static String unified(String path, String mounts) {
        return new Layout("", "0::" + path + "\n", mounts).answer("unified");
    }

    @Test
    void aRemovedGroupHasNoDirectory() {
        assertThat(unified("/a (deleted)", Layouts.UNIFIED.mountinfo())).isEqualTo("REMOVED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a//b", "/a/", "/a/../b", "/./a", "/../a/..", "//"})
    void aPathThatTheKernelDoesNotWriteLeadsNowhere(String path) {
        assertThat(unified(path, Layouts.UNIFIED.mountinfo())).isEqualTo("MALFORMED");
    }

    @Test
    void ofSeveralMountsTheUsualPlaceIsTakenAndThenTheWidest() {
        String mounts = Layouts.ROOT + """
                30 20 0:26 / /mnt/all rw - cgroup2 cgroup2 rw
                31 22 0:26 /a/b /sys/fs/cgroup/narrow rw - cgroup2 cgroup2 rw
                32 22 0:26 /a /sys/fs/cgroup/wide rw - cgroup2 cgroup2 rw
                33 22 0:26 /a /sys/fs/cgroup/second rw - cgroup2 cgroup2 rw
                """;
        assertThat(unified("/a/b/c", mounts)).isEqualTo("/sys/fs/cgroup/wide/b/c v2");
        assertThat(unified("/a", mounts)).isEqualTo("/sys/fs/cgroup/wide v2");
        assertThat(unified("/x", mounts)).isEqualTo("/mnt/all/x v2");
    }

    @Test
    void aMountIsHiddenByWhatLiesOverIt() {
        String cgroup = "31 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
        assertThat(unified("/", Layouts.ROOT + cgroup + "32 31 0:9 / /sys/fs/cgroup rw - tmpfs t rw\n"))
                .as("on it")
                .isEqualTo("HIDDEN");
        assertThat(unified("/", Layouts.ROOT + cgroup + "32 22 0:9 / /sys/fs rw - tmpfs t rw\n"))
                .as("above it")
                .isEqualTo("HIDDEN");
        assertThat(unified("/", Layouts.ROOT + cgroup + "32 22 0:9 / /sys rw - tmpfs t rw\n"))
                .as("on its parent")
                .isEqualTo("HIDDEN");
        assertThat(unified("/", Layouts.ROOT + cgroup + "32 20 0:9 / / rw - tmpfs t rw\n"))
                .as("on the root, where nobody looks again")
                .isEqualTo("/sys/fs/cgroup v2");
        assertThat(unified("/", Layouts.ROOT + cgroup + "32 22 0:9 / /sys/fs/cg rw - tmpfs t rw\n"))
                .as("beside it")
                .isEqualTo("/sys/fs/cgroup v2");
        assertThat(unified("/", Layouts.ROOT + cgroup + "32 31 0:9 / /sys/fs/cgroup/x rw - tmpfs t rw\n"))
                .as("in it")
                .isEqualTo("/sys/fs/cgroup v2");
        assertThat(unified("/", Layouts.ROOT + "31 22 0:26 / /sys/fs/cgroup//deleted rw - cgroup2 c rw\n"))
                .as("its directory is gone")
                .isEqualTo("HIDDEN");
    }

    @Test
    void aChildMayComeBeforeItsParentAndARootMayBeMissing() {
        assertThat(unified("/", "35 26 0:26 / /sys/fs/cgroup/x rw - cgroup2 c rw\n26 18 0:19 / /sys rw - tmpfs t rw\n"))
                .isEqualTo("/sys/fs/cgroup/x v2");
    }

    @Test
    void aTableThatIsNoTreeIsNoTrap() {
        assertThat(unified("/", "1 2 0:1 / /a rw - cgroup2 c rw\n2 1 0:1 / /a rw - cgroup2 c rw\n"))
                .isEqualTo("HIDDEN");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x 1 0:1 / /a rw - cgroup2 c rw",
                "99999999999 1 0:1 / /a rw - cgroup2 c rw",
                "1 1 0:1 / a rw - cgroup2 c rw",
                "1 1 0:1 / /a rw shared:1",
                "1 1 0:1 / /a rw shared:1 -",
                "1 1 0:1 /",
                "",
            })
    void aLineThatIsNoneIsCounted(String line) {
        MountTable table = MountTable.parse((line + "\n" + Layouts.ROOT).getBytes(ISO_8859_1));
        assertThat(table.skippedLines()).isEqualTo(line.isEmpty() ? 0 : 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cpu,cpuacct", "name=", "a b", "cpu\n", "a:b", "../x", "sp\u00e4t"})
    void aControllerIsOneName(String controller) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Layouts.UNIFIED.answer(controller))
                .withMessageStartingWith("controller: ");
    }
}
