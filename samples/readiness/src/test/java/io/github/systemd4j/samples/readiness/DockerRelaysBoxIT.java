package io.github.systemd4j.samples.readiness;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** As {@link RelaysBoxIT}, for dockerd, which needs the machine's own control groups. Needs the package docker.io. */
@Tag("v1")
@Timeout(180)
class DockerRelaysBoxIT {

    @BeforeAll
    static void anEngineAndAnImage() throws Exception {
        Container.install();
        Box.dockerd();
        ProbedUnit.listen();
    }

    @AfterAll
    static void stop() throws Exception {
        Box.run("systemctl", "stop", "engine");
    }

    @ParameterizedTest
    @EnumSource
    void thePageSaysWhatArrives(Way way) throws Exception {
        ProbedUnit.check(new Container(Engine.DOCKER, way));
    }
}
