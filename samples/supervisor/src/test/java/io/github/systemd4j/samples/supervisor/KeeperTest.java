package io.github.systemd4j.samples.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of services, and when a socket that was kept is the wanted one. */
class KeeperTest {

    @TempDir
    Path directory;

    @Test
    void eachFileIsAServiceAndItsWordsAreTheCommandLine() throws Exception {
        Files.writeString(directory.resolve("web-1"), "--watchdog 2\n--listen http=80\n--\n  java -jar\tweb.jar\n");
        Files.writeString(directory.resolve("db"), "-- db");

        Map<String, Options> services = Keeper.read(directory);

        assertThat(services.keySet()).containsExactly("db", "web-1");
        assertThat(services.get("web-1"))
                .isEqualTo(Options.parse(
                        List.of("--watchdog", "2", "--listen", "http=80", "--", "java", "-jar", "web.jar")));
    }

    @Test
    void whatIsWrongIsSaidOfItsFile() throws Exception {
        refused(": there is no file in it, so nothing to do");
        Files.writeString(directory.resolve("web"), "--watchdog x -- true");
        refused("/web: --watchdog x: must be seconds, from 0.000001 to 1000000");
        Files.writeString(directory.resolve("web"), "--help");
        refused("/web: there is no command in it");
        Files.writeString(directory.resolve("web"), "--show-records --journal web -- true");
        refused("/web: --socket and --show-records are not for --keep");
        Files.delete(directory.resolve("web"));
        Files.writeString(directory.resolve("web.bak"), "-- true");
        refused("/web.bak: the name of a service has letters, digits, _ and -, 64 at most");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> Keeper.read(directory.resolve("missing")))
                .withMessage(directory.resolve("missing") + ": there is no such directory");
    }

    private void refused(String message) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> Keeper.read(directory))
                .withMessage(directory + message);
    }

    @Test
    void aKeptSocketFitsByItsAddress() throws Exception {
        ListenAddress any = ListenAddress.parse("--listen", "0");
        assertThat(any.fits(Optional.of(new InetSocketAddress("127.0.0.1", 4711))))
                .isTrue();
        assertThat(any.fits(Optional.of(new InetSocketAddress("127.0.0.2", 4711))))
                .isFalse();
        ListenAddress web = ListenAddress.parse("--listen", "http=8080");
        assertThat(web.fits(Optional.of(new InetSocketAddress("127.0.0.1", 8080))))
                .isTrue();
        assertThat(web.fits(Optional.of(new InetSocketAddress("127.0.0.1", 8081))))
                .isFalse();
        assertThat(web.fits(Optional.empty())).isFalse();
        ListenAddress path = ListenAddress.parse("--listen", "/run/web");
        assertThat(path.fits(Optional.of(UnixDomainSocketAddress.of("/run/web"))))
                .isTrue();
        assertThat(path.fits(Optional.of(UnixDomainSocketAddress.of("/run/db"))))
                .isFalse();
    }
}
