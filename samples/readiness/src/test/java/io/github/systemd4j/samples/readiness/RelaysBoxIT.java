package io.github.systemd4j.samples.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What arrives at systemd of what the same program says in each kind of container, and that docs/relays.md says so. If it is
 * something else now, samples/readiness/relays writes the page anew.
 */
@Tag("v2")
@Timeout(180)
class RelaysBoxIT {

    @BeforeAll
    static void install() throws Exception {
        Container.install();
        ProbedUnit.listen();
    }

    @ParameterizedTest
    @CsvSource({
        "NONE,   OWN",
        "NONE,   RELAYED",
        "RUNC,   OWN",
        "RUNC,   BOUND",
        "RUNC,   RELAYED",
        "CRUN,   OWN",
        "CRUN,   BOUND",
        "CRUN,   RELAYED",
        "PODMAN, OWN",
        "PODMAN, BOUND",
        "PODMAN, RELAYED",
        "NSPAWN, OWN",
        "NSPAWN, BOUND",
        "NSPAWN, RELAYED",
    })
    void thePageSaysWhatArrives(Engine engine, Way way) throws Exception {
        ProbedUnit.check(new Container(engine, way));
    }

    /** Pings that a relay drops are pings that were not sent. */
    @ParameterizedTest
    @EnumSource(names = {"RUNC", "CRUN"})
    void aServiceIsKilledWhosePingsAreDropped(Engine engine) throws Exception {
        ProbedUnit unit = ProbedUnit.start(new Container(engine, Way.OWN), "WatchdogSec=3", "WatchdogSignal=SIGKILL");
        try {
            assertThat(unit.awaitEnd()).isEqualTo("watchdog");
        } finally {
            unit.end();
        }
    }

    @ParameterizedTest
    @CsvSource({"RUNC, BOUND", "RUNC, RELAYED", "CRUN, RELAYED", "NSPAWN, RELAYED"})
    void aServiceLivesWhosePingsArrive(Engine engine, Way way) throws Exception {
        ProbedUnit unit = ProbedUnit.start(new Container(engine, way), "WatchdogSec=3");
        try {
            assertThat(unit.livesFor(9)).isTrue();
        } finally {
            unit.end();
        }
    }

    /** Where it is possible at all, that is. */
    @ParameterizedTest
    @EnumSource
    void throughOurRelayAllArrives(Engine engine) throws Exception {
        assertThat(RelaysPage.cell(new Container(engine, Way.RELAYED)))
                .isEqualTo(RelaysPage.text(EnumSet.allOf(Field.class)));
    }
}
