package io.github.systemd4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With the names that systemd tries in its own tests, test-unit-name and test-cgroup-util. */
class UnitNameTest {

    @ParameterizedTest
    @CsvSource({
        "foo.service, PLAIN",
        "foo@bar.service, INSTANCE",
        "foo@bar@bar.service, INSTANCE",
        "foo@.service, TEMPLATE",
        ".test.service, PLAIN",
        ".test@.service, TEMPLATE",
        "_strange::::.service, PLAIN",
        "user@1000.slice, INSTANCE",
        ".service, NONE",
        "'', NONE",
        "foo.waldo, NONE",
        "foo, NONE",
        "@.service, NONE",
        "@piep.service, NONE",
        "foo@%i.service, NONE",
        "foo@%%i.service, NONE",
        "foo@%%i%f.service, NONE",
        "foo@%F.service, NONE",
        "foo.target.wants/plain.service, NONE",
        "foo.target.conf/foo.conf, NONE",
        "foo.target.requires/plain.socket, NONE",
        "f\u00fc.service, NONE",
    })
    void namesHaveAKind(String name, UnitName.Kind kind) {
        assertThat(UnitName.kind(name)).isEqualTo(kind);
        assertThat(UnitName.isValid(name)).isEqualTo(kind != UnitName.Kind.NONE);
    }

    @Test
    void aNameHasAtMost255Bytes() {
        assertThat(UnitName.isValid("x".repeat(247) + ".service")).isTrue();
        assertThat(UnitName.isValid("x".repeat(248) + ".service")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "foobar, foobar",
        "a b, a\\x20b",
        "/dev/sda, -dev-sda",
        "a-b, a\\x2db",
        "a\\b, a\\x5cb",
        ".hidden, \\x2ehidden",
        "a.b, a.b",
        "xkn\u00fcrz, xkn\\xc3\\xbcrz",
        "'', ''",
    })
    void textIsEscapedAndBack(String text, String escaped) {
        assertThat(UnitName.escape(text)).isEqualTo(escaped);
        assertThat(UnitName.unescape(escaped)).contains(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\", "\\x", "\\x2", "\\x2g", "\\y20", "a\\n", "\\xff"})
    void whatIsNotEscapedLikeThatIsNotUnescaped(String escaped) {
        assertThat(UnitName.unescape(escaped)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/waldo, waldo, /waldo",
        "/waldo/quuix, waldo-quuix, /waldo/quuix",
        "/waldo/quuix/, waldo-quuix, /waldo/quuix",
        "/waldo////quuix////, waldo-quuix, /waldo/quuix",
        "'', -, /",
        "/, -, /",
        "///, -, /",
        "/foo/./bar, foo-bar, /foo/bar",
        "/--, \\x2d\\x2d, /--",
        "/.dot, \\x2edot, /.dot",
    })
    void pathsAreEscapedAndBack(String path, String escaped, String back) {
        assertThat(UnitName.escapePath(path)).contains(escaped);
        assertThat(UnitName.unescapePath(escaped)).contains(back);
    }

    @Test
    void someAreNoPaths() {
        assertThat(UnitName.escapePath("/foo/../bar")).isEmpty();
        assertThat(UnitName.escapePath("..")).isEmpty();
        for (String escaped :
                new String[] {"", "home-lennart-", "-home-lennart", "-home--lennart", "home-..-lennart", "a\\x00"}) {
            assertThat(UnitName.unescapePath(escaped)).as(escaped).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "foobar, foobar",
        ".foobar, _.foobar",
        "foobar.service, foobar.service",
        "cgroup.service, _cgroup.service",
        "tasks, _tasks",
        "cpu.service, _cpu.service",
        "cpux.service, cpux.service",
        "_foobar, __foobar",
        "'', _",
        "_, __",
        "., _.",
    })
    void aGroupsNameDoesNotClashWithTheKernelsFiles(String unit, String name) {
        assertThat(UnitName.cgroupName(unit)).isEqualTo(name);
        assertThat(UnitName.fromCgroupName(name)).isEqualTo(unit);
    }

    @ParameterizedTest
    @CsvSource({
        "foobar.slice, foobar.slice",
        "foobar-waldo.slice, foobar.slice/foobar-waldo.slice",
        "-.slice, ''",
        "a-b.slice, a.slice/a-b.slice",
        "a-b-c-d-e.slice, a.slice/a-b.slice/a-b-c.slice/a-b-c-d.slice/a-b-c-d-e.slice",
        "cpu-x.slice, _cpu.slice/cpu-x.slice",
        "foobar-waldo.service,",
        "--.slice,",
        "-,",
        "-foo-.slice,",
        "-foo.slice,",
        "foo-.slice,",
        "foo--bar.slice,",
        "foo.slice/foo--bar.slice,",
        "foobar@.slice,",
        "foobar@waldo.slice,",
        "foobar@waldo.service,",
        "-foo@-.slice,",
        "-foo@.slice,",
        "foo@-.slice,",
        "foo@@bar.slice,",
        "foo.slice/foo@@bar.slice,",
    })
    void aSliceIsBelowItsParents(String slice, String path) {
        assertThat(UnitName.slicePath(slice)).isEqualTo(Optional.ofNullable(path));
    }
}
