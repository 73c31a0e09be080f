package io.github.systemd4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.InheritedDescriptor;
import io.github.systemd4j.activation.SocketProcess;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** No socket, and several of one name: both are what a service meets. */
@Timeout(120)
class FewAndManyIT {

    @RegisterExtension
    final Activator none = Activator.builder().build();

    @RegisterExtension
    final Activator twins =
            Activator.builder().tcp("web").unixStream("web").tcp("web").build();

    @Test
    void withoutSocketsNobodyActivated() throws Exception {
        assertThat(none.activation().status()).isEqualTo(Activation.Status.NOT_ACTIVATED);

        SocketProcess child = none.start(Jvm.program(AnsweringService.class));
        assertThat(child.inputReader().readLine())
                .isEqualTo("NOT_ACTIVATED LISTEN_PID and LISTEN_FDS are not set: this process was not started by a"
                        + " socket unit");
    }

    @Test
    void severalOfOneNameAreToldByTheirAddresses() throws Exception {
        Activation activation = twins.activation();

        assertThat(twins.addressTexts("web")).hasSize(3).doesNotHaveDuplicates();
        assertThat(activation.named("web"))
                .extracting(InheritedDescriptor::address)
                .containsExactlyElementsOf(twins.addressTexts("web"));
        assertThat(twins.addressText("web")).isEqualTo(twins.addressTexts("web").get(0));
        InetSocketAddress first = (InetSocketAddress) twins.address("web");
        try (ServerSocketChannel listener = activation.bindOrAdopt(first)) {
            twins.connect("web").close();
            listener.accept().close();
            assertThat(listener.getLocalAddress()).isEqualTo(first);
        }
    }
}
