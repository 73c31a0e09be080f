package io.github.systemd4j.samples.units;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page's service, and what goes wrong without some of its lines. */
@Tag("v1")
@Tag("v2")
@Timeout(120)
class ServiceBoxIT {

    @BeforeEach
    void install() throws Exception {
        Box.install();
        Page.install("web.service");
    }

    @AfterEach
    void remove() throws Exception {
        Box.remove("web");
    }

    @Test
    void asItStands() throws Exception {
        Box.start("web");

        assertThat(Box.show("web", "ActiveState")).isEqualTo("active");
        assertThat(Box.show("web", "StatusText")).startsWith("serving http://127.0.0.1:8080");
        assertThat(Box.show("web", "WatchdogUSec")).isEqualTo("30s");
        assertThat(Box.run("journalctl", "-t", "web", "-o", "cat")).contains("serving http://127.0.0.1:8080");
        Box.stop("web");
        assertThat(Box.show("web", "ActiveState")).isEqualTo("inactive");
    }

    @Test
    void withoutSuccessExitStatusEachStopIsAFailure() throws Exception {
        Box.write("web.service.d/without.conf", "[Service]", "SuccessExitStatus=");
        Box.start("web");
        Box.stop("web");

        assertThat(Box.ended("web")).isEqualTo("failed exit-code 143");
    }

    /** systemd believes that a process which runs is up. */
    @Test
    void withoutNotifyAPortThatIsTakenIsNoFailureOfTheStart() throws Exception {
        try (ServerSocket taken = new ServerSocket(8080, 1, InetAddress.getByName("127.0.0.1"))) {
            Box.write("web.service.d/without.conf", "[Service]", "Restart=no");
            assertThat(Box.run("systemctl", "start", "web")).startsWith("Job for web.service failed");

            Box.write("web.service.d/without.conf", "[Service]", "Restart=no", "Type=exec");
            assertThat(Box.run("systemctl", "start", "web")).isEmpty();
            Box.awaitState("web", "failed");
            assertThat(taken.isBound()).isTrue();
        }
    }

    @Test
    void withoutUnixSocketsItIsNeverReady() throws Exception {
        Box.write(
                "web.service.d/without.conf",
                "[Service]",
                "RestrictAddressFamilies=",
                "RestrictAddressFamilies=AF_INET AF_INET6");
        assertThat(Box.run("systemctl", "start", "--no-block", "web")).isEmpty();

        Box.awaitLog("web", "systemd is not told how it goes, the service runs on");
        assertThat(Box.log("web")).contains("serving http://127.0.0.1:8080");
        assertThat(Box.show("web", "ActiveState")).isEqualTo("activating");
    }

    @Test
    void aJvmThatMayNotWriteCodeDoesNotStart() throws Exception {
        Box.write("web.service.d/without.conf", "[Service]", "MemoryDenyWriteExecute=yes", "Restart=no");

        assertThat(Box.run("systemctl", "start", "web")).startsWith("Job for web.service failed");
        assertThat(Box.show("web", "ActiveState")).isEqualTo("failed");
    }

    @Test
    void aHeapThatIsFullEndsItAndItIsRestarted() throws Exception {
        Box.write("web.service.d/full.conf", "[Service]", "Type=exec", Page.program("-Xmx16m", Hog.class));
        Box.start("web");

        while (Box.number("web", "NRestarts") == 0) {
            Thread.onSpinWait();
        }
        assertThat(Box.log("web"))
                .contains("Terminating due to java.lang.OutOfMemoryError")
                .contains("status=3/");
    }

    @Test
    void withoutTheOptionItGoesOnWithAThreadLess() throws Exception {
        Box.write(
                "web.service.d/full.conf",
                "[Service]",
                "Type=exec",
                Page.program("-Xmx16m -XX:-ExitOnOutOfMemoryError", Hog.class));
        Box.start("web");

        Box.awaitLog("web", "goes on without it");
        assertThat(Box.log("web")).contains("OutOfMemoryError");
        assertThat(Box.show("web", "ActiveState")).isEqualTo("active");
        assertThat(Box.show("web", "NRestarts")).isEqualTo("0");
    }

    @Test
    void theReportOfACrashIsInTheJournal() throws Exception {
        Box.start("web");
        String before = Box.show("web", "MainPID");

        assertThat(Box.run("systemctl", "kill", "--signal=SEGV", "web")).isEmpty();

        Box.awaitLog("web", "A fatal error has been detected by the Java Runtime Environment");
        while (Box.number("web", "NRestarts") == 0) {
            Thread.onSpinWait();
        }
        Box.awaitState("web", "active");
        assertThat(Box.log("web")).contains("SIGSEGV", "vm_info:", "END.");
        assertThat(Box.show("web", "MainPID")).isNotEqualTo(before);
    }

    @Test
    void withoutALocaleFileNamesAreAscii() throws Exception {
        Box.write("web.service.d/locale.conf", "[Service]", "Type=exec", Page.program("", Wait.class));
        Box.start("web");
        Box.awaitLog("web", "file names in UTF-8");

        Box.write(
                "web.service.d/locale.conf",
                "[Service]",
                "Type=exec",
                "UnsetEnvironment=LANG",
                Page.program("", Wait.class));
        assertThat(Box.run("systemctl", "restart", "web")).isEmpty();
        Box.awaitLog("web", "file names in ANSI_X3.4-1968");
    }
}
