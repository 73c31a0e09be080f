package io.github.systemd4j.servers;

import static io.github.systemd4j.servers.Jvm.DENY;
import static io.github.systemd4j.servers.Jvm.OPENS;
import static io.github.systemd4j.servers.Jvm.PROVIDER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each server in a JVM of its own, with the sockets of a socket unit, in the ways of docs/guides/activation-servers.md. */
@Timeout(180)
class ServersIT {

    @ParameterizedTest
    @ValueSource(
            classes = {JdkHttp.class, NettyNio.class, Jetty.class, Tomcat11.class, UndertowHttp.class, VertxHttp.class})
    void unchangedAfterAdoptOnBind(Class<?> server) throws Exception {
        assertServed(Trial.of(Request::get, port -> adoptFirst(server, port)));
    }

    @ParameterizedTest
    @ValueSource(
            classes = {JdkHttp.class, NettyNio.class, Jetty.class, Tomcat11.class, UndertowHttp.class, VertxHttp.class})
    void unchangedWithTheProviderOnTheCommandLine(Class<?> server) throws Exception {
        assertServed(Trial.of(Request::get, port -> Jvm.arguments(server, port, PROVIDER, OPENS, DENY)));
    }

    /** By JNI. JDK 24 and later would print a warning if native access were not enabled. */
    @Test
    void unchangedWithTheProviderAndNothingOpened() throws Exception {
        Trial trial = Trial.of(Request::get, port -> Jvm.arguments(UndertowHttp.class, port, PROVIDER));

        assertServed(trial);
    }

    @ParameterizedTest
    @ValueSource(classes = {NettyNioByName.class, NettyEpoll.class, JettyByName.class, Tomcat11ByName.class})
    void onAChannelThatItIsGiven(Class<?> server) throws Exception {
        assertServed(Trial.of(Request::get, port -> Jvm.arguments(server, port)));
    }

    @ParameterizedTest
    @ValueSource(classes = {GrpcHealth.class, GrpcShaded.class})
    void grpcAfterAdoptOnBind(Class<?> server) throws Exception {
        assertServed("SERVING", Trial.of(HealthClient::ask, port -> adoptFirst(server, port)));
    }

    @Test
    void grpcOnAChannelThatItIsGiven() throws Exception {
        assertServed("SERVING", Trial.of(HealthClient::ask, port -> Jvm.arguments(GrpcByName.class, port)));
    }

    /** Both descriptors, each by its port. */
    @Test
    void oneServerOnEachSocket() throws Exception {
        try (Listeners listeners = new Listeners("admin", "web")) {
            CompletableFuture<String> admin = Request.get(listeners.port("admin"));
            CompletableFuture<String> web = Request.get(listeners.port("web"));
            List<String> arguments =
                    new ArrayList<>(Jvm.arguments(JdkHttp.class, listeners.port("web"), PROVIDER, OPENS));
            arguments.add(Integer.toString(listeners.port("admin")));

            try (Service service = Service.start(listeners, arguments)) {
                assertThat(service.await(web)).contains(Greeting.text(service.pid()));
                assertThat(service.await(admin)).contains(Greeting.text(service.pid()));
                assertThat(service.stop()).isEqualTo(143);
                assertThat(listeners.isListening("web")).isTrue();
                assertThat(listeners.isListening("admin")).isTrue();
            }
        }
    }

    /** What all the others would do if they did not serve on the inherited socket. */
    @Test
    void withoutUsTheAddressIsInUse() throws Exception {
        try (Listeners listeners = new Listeners("web");
                Service service = Service.start(listeners, Jvm.arguments(JdkHttp.class, listeners.port("web")))) {
            assertThat(service.exitStatus()).isEqualTo(1);
            assertThat(service.log()).contains("java.net.BindException");
        }
    }

    static List<String> adoptFirst(Class<?> server, int port) {
        List<String> arguments = new ArrayList<>(Jvm.arguments(AdoptFirst.class, port));
        arguments.add(arguments.size() - 1, server.getName());
        return arguments;
    }

    static void assertServed(Trial trial) {
        assertServed(Greeting.text(trial.pid()), trial);
    }

    private static void assertServed(String answer, Trial trial) {
        assertThat(trial.queued()).contains(answer);
        assertThat(trial.fresh()).contains(answer);
        assertThat(trial.complaints()).isEmpty();
        assertThat(trial.exitStatus()).isEqualTo(143);
        assertThat(trial.log()).contains(Greeting.STOPPED);
        assertThat(trial.listening()).isTrue();
    }
}
