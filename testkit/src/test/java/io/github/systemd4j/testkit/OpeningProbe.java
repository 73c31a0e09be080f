package io.github.systemd4j.testkit;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Says why it cannot open what a test wants. */
final class OpeningProbe {

    private OpeningProbe() {}

    public static void main(String[] arguments) throws Exception {
        try {
            Manager.open(List.of(new NamedKind("http", Kind.TCP)), Duration.ofSeconds(1))
                    .close();
            System.out.println("opened");
        } catch (IOException e) {
            System.out.println(e);
        }
    }
}
