package io.github.systemd4j.samples.systemddocker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.systemd4j.cgroups.Cgroups;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandedSocketsTest {

    @Test
    void aNameThatIsTooLongForAnAddress() {
        Home home = new Home(Cgroups.system(), List.of());
        Log log = new Log(System.err, false);

        assertThatThrownBy(() -> HandedSockets.bind("n".repeat(71), List.of(), home, log))
                .isInstanceOf(UsageException.class)
                .hasMessage("--sockets: the container's name is too long by 1 bytes for the address of a socket in a"
                        + " directory of this name");
    }
}
