package io.github.systemd4j.samples.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a JVM does with signals, in a service; {@link ContainerBoxIT} has it in a container. */
@Tag("v1")
@Tag("v2")
@Timeout(120)
class SignalsBoxIT {

    @BeforeEach
    void install() throws Exception {
        Box.install();
    }

    @AfterEach
    void remove() throws Exception {
        Box.remove("signalled", "power");
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130", "HUP, 129"})
    void theHooksRunAndTheStatusIsAFailureUnlessSaidOtherwise(String signal, int status) throws Exception {
        waiting();
        Box.run("systemctl", "kill", "--signal=" + signal, "signalled");

        Box.awaitState("signalled", "failed");
        assertThat(Box.ended("signalled")).isEqualTo("failed exit-code " + status);
        assertThat(Box.log("signalled")).contains("the hook runs");

        waiting("SuccessExitStatus=" + status);
        Box.run("systemctl", "kill", "--signal=" + signal, "signalled");
        Box.awaitState("signalled", "inactive");
        assertThat(Box.show("signalled", "Result")).isEqualTo("success");
    }

    @ParameterizedTest
    @CsvSource({"PWR, 30", "RTMIN+3, 37", "USR1, 10"})
    void noHookRuns(String signal, int number) throws Exception {
        waiting();
        Box.run("systemctl", "kill", "--signal=" + signal, "signalled");

        Box.awaitState("signalled", "failed");
        assertThat(Box.ended("signalled")).isEqualTo("failed signal " + number);
        assertThat(Box.log("signalled")).contains("up").doesNotContain("the hook runs");
    }

    @Test
    void aThreadDumpIsSurvived() throws Exception {
        waiting();
        String before = Box.show("signalled", "MainPID");
        Box.run("systemctl", "kill", "--signal=QUIT", "signalled");

        Box.awaitLog("signalled", "Full thread dump");
        assertThat(Box.ended("signalled")).isEqualTo("active success 0");
        assertThat(Box.show("signalled", "MainPID")).isEqualTo(before);
    }

    /** By the kernel's default, of which systemd thinks well: no failure, and no hook. */
    @Test
    void withReducedSignalsNoHookRuns() throws Exception {
        Box.service("signalled", Box.java(Wait.class).replace("-cp", "-Xrs -cp"));
        Box.start("signalled");
        Box.awaitLog("signalled", "up");
        Box.stop("signalled");

        assertThat(Box.show("signalled", "ActiveState")).isEqualTo("inactive");
        assertThat(Box.log("signalled")).doesNotContain("the hook runs");
    }

    @Test
    void powerFailureIsHandledAsShown() throws Exception {
        Path source =
                Files.writeString(Files.createTempDirectory("power").resolve("Power.java"), Page.text("Power.java"));
        Path classes = Files.createDirectories(Path.of("/opt/power"));
        int status = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(System.out, System.err, "-d", classes.toString(), source.toString());
        assertThat(status).isZero();
        Page.install("power.service");
        Box.start("power");
        Box.awaitLog("power", "up");

        Box.stop("power");

        assertThat(Box.show("power", "ActiveState")).isEqualTo("inactive");
        assertThat(Box.log("power")).contains("stopped in good order");
    }

    @ParameterizedTest
    @CsvSource({"RTMIN+3", "RTMIN", "37"})
    void realTimeSignalsCannotBeHandled(String name) throws Exception {
        Class<?> signal = Class.forName("sun.misc.Signal");
        assertThatThrownBy(() -> signal.getConstructor(String.class).newInstance(name))
                .cause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Unknown signal");
    }

    private static void waiting(String... lines) throws Exception {
        Box.remove("signalled");
        Box.service("signalled", Box.java(Wait.class), lines);
        Box.start("signalled");
        Box.awaitLog("signalled", "up");
    }
}
