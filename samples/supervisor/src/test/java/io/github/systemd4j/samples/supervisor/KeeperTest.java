package io.github.systemd4j.samples.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of services, and when a socket that was kept is the wanted one. */
class KeeperTest {

    @TempDir
    Path directory;

    private final List<String> complaints = new ArrayList<>();

    @Test
    void eachFileIsAServiceAndItsWordsAreTheCommandLine() throws Exception {
        Files.writeString(directory.resolve("web-1"), "--watchdog 2\n--listen http=80\n--\n  java -jar\tweb.jar\n");
        Files.writeString(directory.resolve("db"), "-- db");

        Map<String, Service> services = Keeper.read(directory, Map.of(), complaints::add);

        assertThat(services.keySet()).containsExactly("db", "web-1");
        assertThat(services.get("web-1"))
                .isEqualTo(new Service(
                        "--watchdog 2 --listen http=80 -- java -jar web.jar",
                        Options.parse(
                                List.of("--watchdog", "2", "--listen", "http=80", "--", "java", "-jar", "web.jar"))));
        assertThat(complaints).isEmpty();
    }

    @Test
    void whatIsWrongIsSaidOfItsFileAndTheOthersGoOn() throws Exception {
        Files.writeString(directory.resolve("db"), "-- db");
        Files.writeString(directory.resolve("a"), "--watchdog x -- true");
        Files.writeString(directory.resolve("b"), "--help");
        Files.writeString(directory.resolve("c"), "--show-records --journal web -- true");
        Files.writeString(directory.resolve("db~"), "-- old");
        Files.write(directory.resolve("e"), new byte[] {(byte) 0xff});
        Files.createDirectory(directory.resolve("f"));

        Map<String, Service> services = Keeper.read(directory, Map.of(), complaints::add);

        assertThat(services).containsOnlyKeys("db");
        assertThat(complaints)
                .satisfiesExactly(
                        a -> assertThat(a)
                                .isEqualTo(directory
                                        + "/a: --watchdog x: must be seconds, from 0.000001 to 1000000; ignored"),
                        b -> assertThat(b).isEqualTo(directory + "/b: there is no command in it; ignored"),
                        c -> assertThat(c)
                                .isEqualTo(directory + "/c: --socket and --show-records are not for --keep; ignored"),
                        db -> assertThat(db)
                                .isEqualTo(
                                        directory
                                                + "/db~: the name of a service has letters, digits, _ and -, 64 at most; ignored"),
                        e -> assertThat(e)
                                .startsWith(directory + "/e cannot be read: ")
                                .endsWith("; ignored"),
                        f -> assertThat(f)
                                .startsWith(directory + "/f cannot be read: ")
                                .endsWith("; ignored"));
    }

    @Test
    void whoRunsGoesOnWhenItsFileIsWrong() throws Exception {
        Files.writeString(directory.resolve("web"), "--watchdog x -- web");

        assertThat(Keeper.read(directory, Map.of("web", "-- old", "db", "-- db"), complaints::add))
                .isEqualTo(Map.of("web", Service.parse("-- old")));
        assertThat(complaints).hasSize(1).first().asString().endsWith("; goes on as it was started");
    }

    @Test
    void withoutADirectoryAllThatRunGoOn() throws Exception {
        assertThat(Keeper.read(directory.resolve("missing"), Map.of("web", "-- web"), complaints::add))
                .isEqualTo(Map.of("web", Service.parse("-- web")));
        assertThat(complaints).hasSize(2).first().asString().startsWith(directory + "/missing cannot be listed: ");
    }

    @Test
    void theWordsOfAFileAreTheSameHoweverTheyAreSpaced() throws Exception {
        assertThat(Service.parse("--watchdog 2\n-- a  b\n")).isEqualTo(Service.parse(" --watchdog\t2 -- a b"));
        assertThat(Service.parse("--watchdog 2 -- a")).isNotEqualTo(Service.parse("--watchdog 3 -- a"));
    }

    @Test
    void socketsAreFoundByTheirAddressesInAnyOrder() throws Exception {
        ListenAddress web = ListenAddress.parse("--listen", "http=8080");
        ListenAddress admin = ListenAddress.parse("--listen", "admin=8081");
        ListenAddress any = ListenAddress.parse("--listen", "0");
        Optional<SocketAddress> is8080 = Optional.of(new InetSocketAddress("127.0.0.1", 8080));
        Optional<SocketAddress> is4711 = Optional.of(new InetSocketAddress("127.0.0.1", 4711));
        Optional<SocketAddress> is4712 = Optional.of(new InetSocketAddress("127.0.0.1", 4712));

        assertThat(ListenAddress.match(List.of(admin, web), List.of(is8080))).containsExactly(-1, 0);
        assertThat(ListenAddress.match(List.of(any, web), List.of(is8080, is4711)))
                .containsExactly(1, 0);
        assertThat(ListenAddress.match(List.of(any, any), List.of(is4711, is4712)))
                .containsExactly(0, 1);
        assertThat(ListenAddress.match(List.of(web, any), List.of(Optional.empty())))
                .containsExactly(-1, -1);
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
