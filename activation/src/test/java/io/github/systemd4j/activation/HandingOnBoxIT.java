package io.github.systemd4j.activation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What others make of it: libsystemd of what a child is started with, a walled-in service of what it is handed. */
@Timeout(120)
class HandingOnBoxIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int NOBODY = 65534;

    @TempDir
    Path directory;

    private final OwnedSockets sockets = new OwnedSockets();

    @AfterEach
    void close() {
        sockets.close();
    }

    /** systemd's own proxy asks sd_listen_fds(3), and serves nobody if LISTEN_PID is not its pid. */
    @Test
    void libsystemdTakesTheSockets() throws Exception {
        int tcp = sockets.tcp();
        Path unix = directory.resolve("s");
        try (ServerSocket backend = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            ProcessBuilder proxy = new ProcessBuilder(
                            "/lib/systemd/systemd-socket-proxyd", "127.0.0.1:" + backend.getLocalPort())
                    .inheritIO();
            SocketProcess process = new SocketLauncher(proxy)
                    .socket("web", tcp)
                    .socket("local", sockets.unix(unix))
                    .start();
            for (int i = 0; i < 2; i++) {
                boolean web = i == 0;
                CompletableFuture<String> asked = asking(web ? null : unix, OwnedSockets.port(tcp));
                try (Socket connection = backend.accept()) {
                    connection.getOutputStream().write(("answer " + i).getBytes(UTF_8));
                }
                assertThat(asked.join()).isEqualTo("answer " + i);
            }
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static CompletableFuture<String> asking(Path unix, int port) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return unix == null ? OwnedSockets.askTcp(port) : OwnedSockets.askUnix(unix);
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
    }

    /** A network without an interface, its own /tmp, another user: only the directory of the socket is shared. */
    @Test
    void aServiceInAnEmptyNetworkServesAPortOfTheHost() throws Exception {
        Path path = Files.createDirectories(Path.of("/run/handing-on")).resolve("sockets");
        int tcp = sockets.tcp();
        try (SocketHandover handover = SocketHandover.bind(path.toString(), uid -> uid == NOBODY)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
            Process service = taker(path, "-p", "User=" + NOBODY, "-p", "PrivateNetwork=yes", "-p", "PrivateTmp=yes");
            assertThat(handover.giveNumbers(List.of(new NamedSocket("web", tcp)), SOON))
                    .isTrue();

            assertThat(OwnedSockets.askTcp(OwnedSockets.port(tcp))).startsWith("web by ");

            String said = new String(service.getInputStream().readAllBytes(), UTF_8);
            assertThat(service.waitFor()).as(said).isZero();
            assertThat(said).contains("[web]");
        }
    }

    @Test
    void aServiceOfAnotherUserIsRefused() throws Exception {
        Path path = Files.createDirectories(Path.of("/run/handing-on")).resolve("refused");
        int tcp = sockets.tcp();
        try (SocketHandover handover = SocketHandover.bind(path.toString(), uid -> uid == 0)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
            Process service = taker(path, "-p", "User=" + NOBODY);

            assertThatThrownBy(() -> handover.giveNumbers(List.of(new NamedSocket("web", tcp)), SOON))
                    .hasMessage("handover(" + path + "): EPERM (1): user " + NOBODY + " is not allowed");

            String said = new String(service.getInputStream().readAllBytes(), UTF_8);
            assertThat(said).contains("the other side refused: ", "user " + NOBODY + " is not allowed");
            assertThat(service.waitFor()).isNotZero();
        }
    }

    private static Process taker(Path path, String... properties) throws IOException {
        List<String> command = new ArrayList<>(List.of("systemd-run", "--quiet", "--wait", "--pipe", "--collect"));
        command.addAll(List.of(properties));
        String own = System.getProperty("java.class.path");
        for (String part :
                Jvm.program(HandoverProbe.class, path.toString(), "0").command()) {
            command.add(part.equals(own) ? readable(own) : part);
        }
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Our class path for another user, to whom a repository in somebody's home is closed. */
    private static String readable(String classPath) throws IOException {
        Path libraries = Files.createDirectories(Path.of("/run/handing-on/lib"));
        List<String> entries = new ArrayList<>();
        for (String entry : classPath.split(":", -1)) {
            Path copy = libraries.resolve(Path.of(entry).getFileName());
            boolean jar = Files.isRegularFile(Path.of(entry));
            entries.add(
                    jar
                            ? Files.copy(Path.of(entry), copy, StandardCopyOption.REPLACE_EXISTING)
                                    .toString()
                            : entry);
        }
        return String.join(":", entries);
    }
}
