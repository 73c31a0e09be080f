package io.github.systemd4j.samples.activated;

import io.github.systemd4j.activation.ListenPolicy;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 *
 * @param port the port to bind where no socket was passed, 0 for any that is free
 * @param idleExit after how long without a connection to end, null for never
 * @param policy whose LISTEN_PID is believed
 * @param take where to take the sockets from somebody who hands them over, null for the environment
 * @param help whether only the help is wanted
 */
record Options(
        int port,
        @Nullable Duration idleExit,
        ListenPolicy policy,
        @Nullable String take,
        boolean help) {

    static final String HELP = """
            usage: java -jar activated.jar [--port N] [--idle-exit SECONDS] [--container | --take SOCKET]

              --port N             where no socket is passed: listen on this TCP port of 127.0.0.1; 8080 if not given,
                                   0 takes any free one
              --idle-exit SECONDS  end when there was no connection for so long; systemd starts it again for the next
              --container          believe LISTEN_PID=1 too, which is a shell or init before us in a container
              --take SOCKET        take the sockets from whoever hands them over on this unix socket, if that is root or
                                   the user that runs this; for containers whose engine passes none. The variable
                                   SOCKET_HANDOVER says the same
              --help               this text

            Serves HTTP on every listening socket that systemd passes; SIGTERM stops.
            """;

    private static final int DEFAULT_PORT = 8080;

    static Options parse(List<String> arguments, Map<String, String> environment) throws UsageException {
        int port = DEFAULT_PORT;
        Duration idleExit = null;
        ListenPolicy policy = ListenPolicy.STRICT;
        String take = environment.get("SOCKET_HANDOVER");
        boolean help = false;
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String option = rest.next();
            switch (option) {
                case "--port" -> port = number(option, rest, 0, 65_535);
                case "--idle-exit" -> idleExit = Duration.ofSeconds(number(option, rest, 1, 86_400));
                case "--container" -> policy = ListenPolicy.CONTAINER;
                case "--take" -> take = value(option, rest);
                case "--help", "-h" -> help = true;
                default -> throw new UsageException("there is no option \"" + option + "\"; --help lists them all");
            }
        }
        return new Options(port, idleExit, policy, take, help);
    }

    private static String value(String option, Iterator<String> rest) throws UsageException {
        String value = rest.hasNext() ? rest.next() : "";
        if (value.isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return value;
    }

    private static int number(String option, Iterator<String> rest, int min, int max) throws UsageException {
        String value = value(option, rest);
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UsageException(option + " " + value + ": must be a number from " + min + " to " + max);
    }
}
