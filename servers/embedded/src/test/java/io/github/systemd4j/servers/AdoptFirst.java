package io.github.systemd4j.servers;

import io.github.systemd4j.activation.Activation;

/** The line that makes all that follows serve on inherited sockets; and what follows. */
final class AdoptFirst {

    private AdoptFirst() {}

    public static void main(String[] args) throws Exception {
        Activation.fromEnvironment().adoptOnBind(); // first in main
        Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object) new String[] {args[1]});
    }
}
