package io.github.systemd4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With the paths that systemd tries in its own test, test-cgroup-util. An empty column: there is none. */
class UnitsTest {

    private static Units units(String path) {
        return Units.of(RawPath.of(path));
    }

    @ParameterizedTest
    @CsvSource({
        "getty@tty2.service, getty@tty2.service",
        "getty@tty2.service/, getty@tty2.service",
        "getty@tty2.service/xxx, getty@tty2.service",
        "getty@.service/,",
        "getty@.service,",
        "getty.service, getty.service",
        "getty,",
        "getty/waldo,",
        "_cpu.service, cpu.service",
        "/system.slice/foobar.service/sdfdsaf, foobar.service",
        "/system.slice/getty@tty5.service, getty@tty5.service",
        "/system.slice/getty@tty5.service/aaa/bbb, getty@tty5.service",
        "/system.slice/getty@tty5.service/, getty@tty5.service",
        "/system.slice/getty@tty6.service/tty5, getty@tty6.service",
        "sadfdsafsda,",
        "/system.slice/getty####@tty6.service/xxx,",
        "/system.slice/system-waldo.slice/foobar.service/sdfdsaf, foobar.service",
        "/system.slice/system-waldo.slice/_cpu.service/sdfdsaf, cpu.service",
        "/user.slice/user-1000.slice/user@1000.service/server.service, user@1000.service",
        "/user.slice/user-1000.slice/user@.service/server.service,",
        "/system.slice/\u00fc.service,",
        "/../a.service,",
    })
    void unit(String path, String unit) {
        assertThat(units(path).unit()).isEqualTo(Optional.ofNullable(unit));
    }

    @ParameterizedTest
    @CsvSource({
        "/user.slice/user-1000.slice/session-2.scope/foobar.service, foobar.service",
        "/user.slice/user-1000.slice/session-2.scope/waldo.slice/foobar.service, foobar.service",
        "/user.slice/user-1002.slice/session-2.scope/foobar.service/waldo, foobar.service",
        "/user.slice/user-1000.slice/session-2.scope/foobar.service/waldo/uuuux, foobar.service",
        "/user.slice/user-1000.slice/session-2.scope/waldo/waldo/uuuux,",
        "/user.slice/user-1000.slice/session-2.scope/foobar@pie.service/pa/po, foobar@pie.service",
        "/session-2.scope/foobar@pie.service/pa/po, foobar@pie.service",
        "/xyz.slice/xyz-waldo.slice/session-77.scope/foobar@pie.service/pa/po, foobar@pie.service",
        "/meh.service,",
        "/session-3.scope/_cpu.service, cpu.service",
        "/user.slice/user-1000.slice/user@1000.service/server.service, server.service",
        "/user.slice/user-1000.slice/user@1000.service/foobar.slice/foobar@pie.service, foobar@pie.service",
        "/user.slice/user-1000.slice/user@.service/server.service,",
        "/user.slice/user-1000.slice/user@x.service/server.service,",
        "/capsule.slice/capsule@test.service/app.slice/run-p9-i1.service, run-p9-i1.service",
        "/capsule.slice/capsule@usr-joe.service/foo.slice/foo-bar.slice/run-p9-i1.service, run-p9-i1.service",
        "/capsule.slice/capsule@#.service/foo.slice/foo-bar.slice/run-p9-i1.service,",
    })
    void userUnit(String path, String unit) {
        assertThat(units(path).userUnit()).isEqualTo(Optional.ofNullable(unit));
    }

    @ParameterizedTest
    @CsvSource({
        "/user.slice/user-1000.slice/session-2.scope/foobar.service, 2",
        "/session-3.scope, 3",
        "/session-c1.scope, c1",
        "/session-.scope,",
        "/session-a_b.scope,",
        "/session.scope,",
        "'',",
    })
    void session(String path, String session) {
        assertThat(units(path).session()).isEqualTo(Optional.ofNullable(session));
    }

    @ParameterizedTest
    @CsvSource({
        "/user.slice/user-1000.slice/session-2.scope/foobar.service, 1000",
        "/user.slice/user-1006.slice, 1006",
        "/user.slice/user-0.slice, 0",
        "/user.slice/user-4294967294.slice, 4294967294",
        "/user.slice/user-4294967295.slice,",
        "/user.slice/user-65535.slice,",
        "/user.slice/user-99999999999.slice,",
        "/user.slice/user-01.slice,",
        "/user.slice/user-waldo.slice,",
        "'',",
    })
    void owner(String path, Long uid) {
        assertThat(units(path).ownerUid()).isEqualTo(uid == null ? OptionalLong.empty() : OptionalLong.of(uid));
    }

    @ParameterizedTest
    @CsvSource({
        "/user.slice, user.slice",
        "/foobar, -.slice",
        "/user.slice/user-waldo.slice, user-waldo.slice",
        "'', -.slice",
        "foobar, -.slice",
        "foobar.slice, foobar.slice",
        "foo.slice/foo-bar.slice/waldo.service, foo-bar.slice",
    })
    void slice(String path, String slice) {
        assertThat(units(path).slice()).contains(slice);
    }

    @ParameterizedTest
    @CsvSource({
        "/user.slice,",
        "/foobar,",
        "/user.slice/user-waldo.slice,",
        "'',",
        "foobar,",
        "foobar.slice,",
        "foo.slice/foo-bar.slice/waldo.service,",
        "foo.slice/foo-bar.slice/user@1000.service, -.slice",
        "foo.slice/foo-bar.slice/user@1000.service/, -.slice",
        "foo.slice/foo-bar.slice/user@1000.service///, -.slice",
        "foo.slice/foo-bar.slice/user@1000.service/waldo.service, -.slice",
        "foo.slice/foo-bar.slice/user@1000.service/piep.slice/foo.service, piep.slice",
        "/foo.slice//foo-bar.slice/user@1000.service/piep.slice//piep-pap.slice//foo.service, piep-pap.slice",
    })
    void userSlice(String path, String slice) {
        assertThat(units(path).userSlice()).isEqualTo(Optional.ofNullable(slice));
    }
}
