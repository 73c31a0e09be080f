package io.github.systemd4j.samples.supervisor;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 *
 * @param watchdog WatchdogSec=, null for none
 * @param startTimeout TimeoutStartSec=
 * @param stopTimeout TimeoutStopSec=
 * @param restarts how often the service is started again after a failure
 * @param listen ListenStream=, the sockets that the service is given
 * @param socket where to bind, null for a private directory
 * @param access NotifyAccess=
 * @param journal SyslogIdentifier=, null if the service has our own output
 * @param showRecords whether records are for the time line, and not for journald
 * @param limits properties of the scope that the service is in, where it has one
 * @param command the service and its arguments, empty if only the help is wanted
 */
record Options(
        @Nullable Duration watchdog,
        Duration startTimeout,
        Duration stopTimeout,
        int restarts,
        List<ListenAddress> listen,
        @Nullable String socket,
        Access access,
        @Nullable String journal,
        boolean showRecords,
        Map<String, Long> limits,
        List<String> command) {

    /** Whose notifications count. */
    enum Access {
        MAIN,
        ALL
    }

    static final String HELP = """
            usage: java -jar supervisor.jar [OPTION...] -- COMMAND [ARG...]
                   java -jar supervisor.jar --keep DIRECTORY

            Starts COMMAND with a NOTIFY_SOCKET, and prints a line for each notification that comes.
            With --keep, as a service of systemd: each file of DIRECTORY is a service, named as the file is, whose words
            are OPTIONs, -- and COMMAND. They outlive a restart of the supervisor.

              --watchdog SECONDS       kill COMMAND when no WATCHDOG=1 came for so long; no watchdog if not given
              --start-timeout SECONDS  time until READY=1, 90 if not given
              --stop-timeout SECONDS   time from SIGTERM to SIGKILL, 10 if not given
              --restarts N             start again after a failure, at most N times; 0 if not given
              --listen [NAME=]ADDRESS  listen on [HOST:]PORT or a path, and give COMMAND the socket with LISTEN_FDS; the
                                       socket stays over restarts. HOST is 127.0.0.1 if not given, port 0 any free one,
                                       NAME unknown. May be given several times
              --socket PATH            bind this path (or @NAME) instead of one in a private directory
              --access main|all        who may notify: the main process, as if not given, or its children too
              --journal IDENTIFIER     the lines that COMMAND prints become records in the journal, with this
                                       SYSLOG_IDENTIFIER; what came by the standard error with the priority of errors
              --show-records           show these records here, instead of giving them to journald
              --limit NAME=NUMBER      a property of the service's scope, such as MemoryMax=268435456 or TasksMax=100; in
                                       files of --keep alone. May be given several times
              --help                   this text

            SECONDS may have a fraction. Ends with the status of COMMAND; 64 wrong usage, 127 no such command.
            """;

    private static final BigDecimal MAX_SECONDS = BigDecimal.valueOf(1_000_000);
    private static final Pattern LIMIT = Pattern.compile("([A-Z][A-Za-z]*)=([0-9]{1,18})");
    private static final int MAX_RESTARTS = 1_000_000;

    static Options parse(List<String> arguments) throws UsageException {
        Duration watchdog = null;
        Duration startTimeout = Duration.ofSeconds(90);
        Duration stopTimeout = Duration.ofSeconds(10);
        int restarts = 0;
        List<ListenAddress> listen = new ArrayList<>();
        String socket = null;
        Access access = Access.MAIN;
        String journal = null;
        boolean showRecords = false;
        Map<String, Long> limits = new LinkedHashMap<>();
        List<String> command = new ArrayList<>();
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String option = rest.next();
            switch (option) {
                case "--watchdog" -> watchdog = seconds(option, value(option, rest));
                case "--start-timeout" -> startTimeout = seconds(option, value(option, rest));
                case "--stop-timeout" -> stopTimeout = seconds(option, value(option, rest));
                case "--restarts" -> restarts = count(option, value(option, rest));
                case "--listen" -> listen.add(ListenAddress.parse(option, value(option, rest)));
                case "--socket" -> socket = address(option, value(option, rest));
                case "--access" -> access = access(option, value(option, rest));
                case "--journal" -> journal = value(option, rest);
                case "--show-records" -> showRecords = true;
                case "--limit" -> limit(option, value(option, rest), limits);
                case "--" -> rest.forEachRemaining(command::add);
                case "--help", "-h" -> {
                    return new Options(
                            watchdog,
                            startTimeout,
                            stopTimeout,
                            restarts,
                            List.copyOf(listen),
                            socket,
                            access,
                            journal,
                            showRecords,
                            Map.copyOf(limits),
                            List.of());
                }
                default ->
                    throw new UsageException(
                            option.startsWith("-")
                                    ? "there is no option \"" + option + "\"; --help lists them all"
                                    : "\"" + option + "\": the command must stand behind --");
            }
        }
        if (command.isEmpty() || command.get(0).isEmpty()) {
            throw new UsageException("the command is missing: -- COMMAND [ARG...] stands at the end");
        }
        if (showRecords && journal == null) {
            throw new UsageException("--show-records needs --journal IDENTIFIER");
        }
        return new Options(
                watchdog,
                startTimeout,
                stopTimeout,
                restarts,
                List.copyOf(listen),
                socket,
                access,
                journal,
                showRecords,
                Map.copyOf(limits),
                List.copyOf(command));
    }

    private static String value(String option, Iterator<String> rest) throws UsageException {
        String value = rest.hasNext() ? rest.next() : "";
        if (value.isEmpty() || value.equals("--")) {
            throw new UsageException(option + " needs a value");
        }
        return value;
    }

    private static Duration seconds(String option, String value) throws UsageException {
        try {
            BigDecimal seconds = new BigDecimal(value);
            if (seconds.signum() > 0 && seconds.compareTo(MAX_SECONDS) <= 0) {
                long micros = seconds.movePointRight(6).longValue(); // the protocol counts in microseconds
                if (micros > 0) {
                    return Duration.ofNanos(micros * 1000);
                }
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UsageException(option + " " + value + ": must be seconds, from 0.000001 to " + MAX_SECONDS);
    }

    private static int count(String option, String value) throws UsageException {
        try {
            int count = Integer.parseInt(value);
            if (count >= 0 && count <= MAX_RESTARTS) {
                return count;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UsageException(option + " " + value + ": must be a number from 0 to " + MAX_RESTARTS);
    }

    private static void limit(String option, String value, Map<String, Long> limits) throws UsageException {
        Matcher matcher = LIMIT.matcher(value);
        if (!matcher.matches()) {
            throw new UsageException(option + " " + value + ": must be the name of a property, = and a number");
        }
        limits.put(matcher.group(1), Long.parseLong(matcher.group(2)));
    }

    private static String address(String option, String value) throws UsageException {
        if (!value.startsWith("/") && !value.startsWith("@")) {
            throw new UsageException(option + " " + value + ": must be an absolute path, or @ and a name");
        }
        return value;
    }

    private static Access access(String option, String value) throws UsageException {
        return switch (value) {
            case "main" -> Access.MAIN;
            case "all" -> Access.ALL;
            default -> throw new UsageException(option + " " + value + ": must be main or all");
        };
    }
}
