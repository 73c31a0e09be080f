package io.github.systemd4j.servers;

import io.github.systemd4j.activation.Activation;
import io.github.systemd4j.activation.GateDiagnostics;
import java.io.IOException;
import org.springframework.boot.SpringApplication;

/** The same application, with one line more in {@code main}. */
public final class BootAdopting {

    private BootAdopting() {}

    /**
     * Starts it.
     *
     * @param args of Spring
     * @throws IOException if the inherited sockets cannot be served on
     */
    public static void main(String[] args) throws IOException {
        Activation.fromEnvironment().adoptOnBind(); // before Spring opens a channel
        System.out.println(GateDiagnostics.current());
        SpringApplication.run(BootHello.class, args);
    }
}
