package io.github.systemd4j.servers;

import static io.github.systemd4j.servers.Jvm.DENY;
import static io.github.systemd4j.servers.Jvm.OPENS;
import static io.github.systemd4j.servers.Jvm.PROVIDER;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.systemd4j.activation.ActivatedSelectorProvider;
import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.linux.Errno;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Spring Boot with its Tomcat, from the class path and from the jars that its plugin makes; and Netty 4.1. */
@Timeout(180)
class BootIT {

    private static final String JAR = System.getProperty("systemd4j.jar");
    private static final String ADOPTING = JAR.replace(".jar", "-adopting.jar");
    private static final String UNCHANGED = JAR.replace(".jar", "-unchanged.jar");
    private static final String NATIVE = Runtime.version().feature() >= 22 ? "ffm" : "jna";

    /** Boot asks for the wildcard address where no other is configured; the socket is narrower. */
    @Test
    void classPathAfterAdoptOnBind() throws Exception {
        Trial trial = Trial.of(Request::get, port -> boot(main(BootAdopting.class), List.of("--server.port=" + port)));

        assertServed(trial);
        assertThat(trial.log()).contains("channels by " + NATIVE);
    }

    @Test
    void classPathUnchangedWithTheProviderOnTheCommandLine() throws Exception {
        assertServed(Trial.of(Request::get, port -> boot(PROVIDER, OPENS, DENY, main(BootHello.class), port(port))));
    }

    /** Its manifest opens the package and enables native access. */
    @Test
    void fatJarAfterAdoptOnBind() throws Exception {
        Trial trial = Trial.of(Request::get, port -> boot(DENY, List.of("-jar", ADOPTING), port(port)));

        assertServed(trial);
        assertThat(trial.log()).contains("channels by opens").doesNotContain("WARNING");
    }

    @Test
    void fatJarAfterAdoptOnBindByJni() throws Exception {
        List<String> gate = List.of("-Dio.github.systemd4j.activation.gate=native");
        Trial trial = Trial.of(Request::get, port -> boot(gate, List.of("-jar", ADOPTING), port(port)));

        assertServed(trial);
        assertThat(trial.log()).contains("channels by " + NATIVE).doesNotContain("WARNING");
    }

    /** The JDK looks for the provider where Spring's loader is found too; what is inside the jar it does not see. */
    @Test
    void fatJarUnchangedWithTheProviderBesideIt() throws Exception {
        String classPath = String.join(":", UNCHANGED, pathOf(Activation.class), pathOf(Errno.class));
        List<String> launcher = List.of("-cp", classPath, "org.springframework.boot.loader.launch.JarLauncher");

        assertServed(Trial.of(Request::get, port -> boot(PROVIDER, OPENS, DENY, launcher, port(port))));
    }

    @Test
    void fatJarWithTheProviderInsideIsToldSo() throws Exception {
        try (Listeners listeners = new Listeners("web");
                Service service =
                        Service.start(listeners, boot(PROVIDER, OPENS, List.of("-jar", UNCHANGED), port(0)))) {
            assertThat(service.exitStatus()).isEqualTo(1);
            assertThat(service.log()).contains("ClassNotFoundException: " + ActivatedSelectorProvider.class.getName());
        }
    }

    @Test
    void withoutUsTheAddressIsInUse() throws Exception {
        try (Listeners listeners = new Listeners("web");
                Service service =
                        Service.start(listeners, boot(List.of("-jar", UNCHANGED), port(listeners.port("web"))))) {
            assertThat(service.exitStatus()).isEqualTo(1);
            assertThat(service.log()).contains("Port " + listeners.port("web") + " was already in use");
        }
    }

    @Test
    void netty41() throws Exception {
        assertServed(Trial.of(Request::get, port -> Jvm.arguments(Netty41Nio.class, port, PROVIDER, OPENS, DENY)));
    }

    @Test
    void netty41Epoll() throws Exception {
        assertServed(Trial.of(Request::get, port -> Jvm.arguments(Netty41Epoll.class, port)));
    }

    private static String pathOf(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .toString();
    }

    private static List<String> port(int port) {
        return List.of("--server.address=127.0.0.1", "--server.port=" + port);
    }

    private static List<String> main(Class<?> type) {
        return List.of("-cp", Jvm.classPath(), type.getName());
    }

    @SafeVarargs
    private static List<String> boot(List<String>... arguments) {
        List<String> all = new ArrayList<>();
        for (List<String> each : arguments) {
            all.addAll(each);
        }
        all.add("--server.tomcat.basedir=target/tomcat"); // or it leaves one in /tmp
        return all;
    }

    private static void assertServed(Trial trial) {
        assertThat(trial.queued()).contains(Greeting.text(trial.pid()));
        assertThat(trial.fresh()).contains(Greeting.text(trial.pid()));
        assertThat(trial.complaints()).isEmpty();
        assertThat(trial.exitStatus()).isEqualTo(143);
        assertThat(trial.log()).contains(Greeting.STOPPED);
        assertThat(trial.listening()).isTrue();
    }
}
