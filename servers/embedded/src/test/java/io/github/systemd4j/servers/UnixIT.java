package io.github.systemd4j.servers;

import static io.github.systemd4j.servers.Jvm.DENY;
import static io.github.systemd4j.servers.Jvm.OPENS;
import static io.github.systemd4j.servers.Jvm.PROVIDER;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A path belongs to who listens first; a server that deletes it when it stops makes the next one unreachable. */
@Timeout(180)
class UnixIT {

    @TempDir
    Path directory;

    @Test
    void nettyEpollLeavesThePath() throws Exception {
        assertThat(pathRemainsAfter(path -> Jvm.arguments(NettyEpollUnix.class, path)))
                .isTrue();
    }

    /** Should this or the next fail one day, the guide need not warn of it any more. */
    @Test
    void nettyNioDeletesThePath() throws Exception {
        assertThat(pathRemainsAfter(path -> Jvm.arguments(NettyNioUnix.class, path)))
                .isFalse();
    }

    @Test
    void tomcatDeletesThePath() throws Exception {
        assertThat(pathRemainsAfter(path -> Jvm.arguments(Tomcat11Unix.class, path, PROVIDER, OPENS, DENY)))
                .isFalse();
    }

    private boolean pathRemainsAfter(Function<String, List<String>> arguments) throws Exception {
        Path path = directory.resolve("web.sock");
        try (Listeners listeners = new Listeners("web", path)) {
            CompletableFuture<String> early = Request.get(UnixDomainSocketAddress.of(path));
            try (Service service = Service.start(listeners, arguments.apply(path.toString()))) {
                assertThat(service.await(early)).contains(Greeting.text(service.pid()));
                assertThat(service.stop()).isEqualTo(143);
                assertThat(service.log()).contains(Greeting.STOPPED);
            }
            boolean remains = Files.exists(path);
            assertThat(listeners.isListening("web")).isEqualTo(remains);
            return remains;
        }
    }
}
