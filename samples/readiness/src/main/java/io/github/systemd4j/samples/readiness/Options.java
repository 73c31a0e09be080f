package io.github.systemd4j.samples.readiness;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 *
 * @param host the address to listen on
 * @param port the port, 0 for any that is free
 * @param config a properties file with a {@code greeting}, read at the start and on each reload
 * @param slowStart how long the start pretends to take
 * @param help whether only the help is wanted
 */
record Options(String host, int port, @Nullable Path config, Duration slowStart, boolean help) {

    static final String HELP = """
            usage: java -jar readiness.jar --port N [--host ADDRESS] [--config FILE] [--slow-start SECONDS]

              --port N              listen on this TCP port; 0 takes any free one
              --host ADDRESS        listen on this address; 127.0.0.1 if not given, 0.0.0.0 for all
              --config FILE         a properties file, read again on reload; "greeting" is the text that GET / answers
              --slow-start SECONDS  pretend that the start takes so long, and ask systemd for the time
              --help                this text

            GET / /health /status, POST /fail /recover /reload; SIGHUP reloads, SIGTERM stops.
            """;

    static Options parse(List<String> arguments) throws UsageException {
        String host = "127.0.0.1";
        int port = -1;
        Path config = null;
        Duration slowStart = Duration.ZERO;
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String option = rest.next();
            switch (option) {
                case "--port" -> port = number(option, value(option, rest), 65_535);
                case "--host" -> host = value(option, rest);
                case "--config" -> config = path(option, value(option, rest));
                case "--slow-start" -> slowStart = Duration.ofSeconds(number(option, value(option, rest), 86_400));
                case "--help", "-h" -> {
                    return new Options(host, 0, config, slowStart, true);
                }
                default -> throw new UsageException("there is no option \"" + option + "\"; --help lists them all");
            }
        }
        if (port < 0) {
            throw new UsageException("--port N is missing; --port 0 takes any free port");
        }
        return new Options(host, port, config, slowStart, false);
    }

    private static String value(String option, Iterator<String> rest) throws UsageException {
        String value = rest.hasNext() ? rest.next() : "";
        if (value.isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return value;
    }

    private static Path path(String option, String value) throws UsageException {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) { // not ASCII, and the locale is C
            throw new UsageException(option + " " + value + ": " + e.getReason() + "; try with LC_ALL=C.UTF-8");
        }
    }

    private static int number(String option, String value, int max) throws UsageException {
        try {
            int number = Integer.parseInt(value);
            if (number >= 0 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UsageException(option + " " + value + ": must be a number from 0 to " + max);
    }
}
