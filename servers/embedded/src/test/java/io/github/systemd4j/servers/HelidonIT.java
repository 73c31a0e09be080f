package io.github.systemd4j.servers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Helidon, whose classes JDK 21 and later can read. */
@Timeout(180)
class HelidonIT {

    private static final boolean TOO_OLD = Runtime.version().feature() < 21;

    @Test
    void unchangedAfterAdoptOnBind() throws Exception {
        if (TOO_OLD) {
            assertIsTooOld();
        } else {
            ServersIT.assertServed(Trial.of(Request::get, port -> ServersIT.adoptFirst(Helidon.class, port)));
        }
    }

    @Test
    void unchangedWithTheProviderOnTheCommandLine() throws Exception {
        if (TOO_OLD) {
            assertIsTooOld();
        } else {
            ServersIT.assertServed(Trial.of(
                    Request::get, port -> Jvm.arguments(Helidon.class, port, Jvm.PROVIDER, Jvm.OPENS, Jvm.DENY)));
        }
    }

    private static void assertIsTooOld() throws Exception {
        try (Listeners listeners = new Listeners("web");
                Service service = Service.start(listeners, Jvm.arguments(Helidon.class, listeners.port("web")))) {
            assertThat(service.exitStatus()).isEqualTo(1);
            assertThat(service.log()).contains("UnsupportedClassVersionError");
        }
    }
}
