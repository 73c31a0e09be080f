package io.github.systemd4j.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.systemd4j.linux.Errno;
import io.github.systemd4j.linux.SystemCallException;
import java.io.File;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real processes by their descriptors. */
@Timeout(120)
class ProcessDescriptorIT {

    private static final Duration LONG = Duration.ofMinutes(1);

    private Set<String> before = Set.of();

    @BeforeEach
    void countDescriptors() throws Exception {
        sleeper().destroyForcibly().waitFor(); // once, so that is open what the first of all tests would open
        ProcessDescriptor.open(1).close();
        OwnedSockets.warmUp();
        Pipe pipe = Pipe.open();
        pipe.source().close();
        pipe.sink().close();
        before = OwnedSockets.opened();
    }

    @AfterEach
    void nothingIsLeftOpen() {
        OwnedSockets.assertOpenedSince(before, 0);
    }

    private static SocketProcess sleeper() throws Exception {
        ProcessBuilder sleep = new ProcessBuilder("sleep", "1000").inheritIO();
        return new SocketLauncher(sleep.redirectInput(new File("/dev/null"))).start();
    }

    @Test
    void aChildIsItsDescriptorsUntilTheEnd() throws Exception {
        SocketProcess child = sleeper();
        try (ProcessDescriptor descriptor = child.descriptor()) {
            assertThat(descriptor.pid()).hasValue(child.pid());
            assertThat(descriptor.isAlive()).isTrue();
            assertThat(descriptor.awaitEnd(Duration.ofMillis(1))).isFalse();

            assertThat(descriptor.sendSignal(15)).isTrue();

            assertThat(descriptor.awaitEnd(LONG)).isTrue();
            assertThat(child.waitFor()).isEqualTo(143);
            assertThat(descriptor.isAlive()).isFalse();
            assertThat(descriptor.pid()).isEmpty(); // nobody's any more
            assertThat(descriptor.sendSignal(15)).isFalse();
            assertThatExceptionOfType(SystemCallException.class)
                    .isThrownBy(child::descriptor)
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ESRCH));
        }
    }

    @Test
    void aPassedOneIsTakenAndIsTheSameProcess() throws Exception {
        SocketProcess child = sleeper();
        try (ProcessDescriptor own = child.descriptor();
                InheritedDescriptor copy =
                        InheritedDescriptor.of(own.number(), "child").copy()) {
            assertThat(copy.number()).isNotEqualTo(own.number());
            try (ProcessDescriptor passed = ProcessDescriptor.of(copy)) {
                assertThat(copy.isTaken()).isTrue();
                assertThatIllegalStateException().isThrownBy(copy::number);
                assertThat(passed.pid()).hasValue(child.pid());
                assertThat(passed.sendSignal(9)).isTrue();
                assertThat(own.awaitEnd(LONG)).isTrue();
            }
        }
        assertThat(child.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void whatIsNoProcessIsRefusedAndNotTaken() throws Exception {
        Pipe pipe = Pipe.open();
        try (InheritedDescriptor copy = InheritedDescriptor.copyOf(pipe.source(), "pipe")) {
            assertThatIOException()
                    .isThrownBy(() -> ProcessDescriptor.of(copy))
                    .withMessageContaining("(pipe)")
                    .withMessageEndingWith("is no descriptor of a process");
            assertThat(copy.isTaken()).isFalse();
        }
        pipe.source().close();
        pipe.sink().close();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProcessDescriptor.open(0))
                .withMessageStartingWith("pid: 0");
        assertThatIOException().isThrownBy(() -> ProcessDescriptor.open(Integer.MAX_VALUE));
    }

    @Test
    void aClosedOneSaysSo() throws Exception {
        ProcessDescriptor descriptor =
                ProcessDescriptor.open(ProcessHandle.current().pid());
        assertThat(descriptor.isAlive()).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> descriptor.sendSignal(0))
                .withMessageStartingWith("signal: 0");
        descriptor.close();
        descriptor.close();

        assertThat(descriptor.isAlive()).isFalse();
        assertThat(descriptor.pid()).isEmpty();
        assertThatIOException().isThrownBy(descriptor::number).withMessageContaining("EBADF");
        assertThatIOException().isThrownBy(() -> descriptor.sendSignal(15));
    }
}
