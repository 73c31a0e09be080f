package io.github.systemd4j.samples.ociregistermachine;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/**
 * The command line.
 *
 * @param help whether only the help is wanted
 * @param failOpen whether a failure lets the container start unregistered
 * @param timeout how long each call of machined may take
 */
record Options(boolean help, boolean failOpen, Duration timeout) {

    static final String HELP = """
            usage: java -jar oci-register-machine.jar [--fail-open] [--timeout SECONDS]

            A hook of OCI runtimes, for the stages createRuntime and poststop. Reads the container's state from standard
            input. When the container is made, it is registered with systemd-machined, under its id, so that "machinectl"
            lists it and "journalctl -M" reads its journal; when it has stopped, it is taken off the list. No process is
            ever stopped.

              --fail-open        if something fails, say so and let the container start unregistered, with status 0
              --timeout SECONDS  for each call of machined, from 1 to 60; 5 if not given
              --help             this text

            Ends with 0; 1 it failed, which stops the container from starting; 64 wrong usage.
            """;

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int LONGEST = 60;

    static Options parse(List<String> arguments) throws UsageException {
        Iterator<String> rest = arguments.iterator();
        boolean help = false;
        boolean failOpen = false;
        Duration timeout = TIMEOUT;
        while (rest.hasNext()) {
            String option = rest.next();
            switch (option) {
                case "--fail-open" -> failOpen = true;
                case "--timeout" -> timeout = timeout(rest.hasNext() ? rest.next() : "");
                case "--help", "-h" -> help = true;
                default -> throw new UsageException("there is no option \"" + option + "\"; --help lists them all");
            }
        }
        return new Options(help, failOpen, timeout);
    }

    private static Duration timeout(String value) throws UsageException {
        try {
            int seconds = Integer.parseInt(value);
            if (seconds >= 1 && seconds <= LONGEST) {
                return Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UsageException("--timeout " + value + ": must be a number of seconds from 1 to " + LONGEST);
    }
}
