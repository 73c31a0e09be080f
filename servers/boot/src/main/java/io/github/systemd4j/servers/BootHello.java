package io.github.systemd4j.servers;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A web application that knows nothing of sockets, but for {@code server.port} and {@code server.address}. */
@SpringBootApplication
@RestController
public class BootHello implements DisposableBean {

    /** By Spring. */
    public BootHello() {
        Greeting.endWithParent();
    }

    /**
     * Starts it.
     *
     * @param args of Spring
     */
    public static void main(String[] args) {
        SpringApplication.run(BootHello.class, args);
    }

    /**
     * The answer to every request.
     *
     * @return who it is
     */
    @GetMapping("/")
    public String hello() {
        return Greeting.text();
    }

    /** After the server. */
    @Override
    public void destroy() {
        System.out.println(Greeting.STOPPED);
    }
}
