package io.github.systemd4j.samples.notifyrelay;

import io.github.systemd4j.sdnotify.NotifyReceiver;
import io.github.systemd4j.sdnotify.RelayPolicy;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 *
 * @param socket where to bind, null for a private directory
 * @param mode the permissions of the socket, -1 for what the umask leaves
 * @param uid the socket's user, -1 for our own
 * @param gid the socket's group, -1 for our own
 * @param upstream where to send to, null for NOTIFY_SOCKET
 * @param policy what is let through
 * @param command what to run, empty if only the help is wanted
 */
record Options(
        @Nullable String socket,
        int mode,
        int uid,
        int gid,
        @Nullable String upstream,
        RelayPolicy policy,
        List<String> command) {

    static final String HELP = """
            usage: java -jar notify-relay.jar [OPTION...] -- COMMAND [ARG...]

            Runs COMMAND with a NOTIFY_SOCKET of its own, and sends on what comes there to ours.

              --socket PATH            bind this path (or @NAME) instead of one in a private directory
              --mode OCTAL             the path's permissions: who may write may notify
              --owner UID:GID          who owns the path
              --upstream ADDRESS       send to this path (or @NAME) instead of $NOTIFY_SOCKET
              --allow-uid UID          hear processes of this user alone. May be given several times, as the next one
              --allow-cgroup PATH      hear processes in this control group, or below it, alone
              --drop FIELD             leave a field out, such as MAINPID. May be given several times
              --status-prefix TEXT     put TEXT before each status
              --ready-once             send READY=1 on once, and again only after RELOADING=1 or STOPPING=1
              --ping-every SECONDS     send WATCHDOG=1 on no more often than this
              --answer-barriers SECONDS
                                       answer barriers when one of our own was answered, or after this time, instead of
                                       passing them on
              --help                   this text

            Signals (TERM, INT, HUP, USR1, WINCH, CONT) go to COMMAND. Ends with the status of COMMAND, 128 + N when
            signal N ended it, after all it sent was read; 64 wrong usage, 127 no such command.
            """;

    private static final BigDecimal MAX_SECONDS = BigDecimal.valueOf(1_000_000);
    private static final int UNCHANGED = -1;

    static Options parse(List<String> arguments) throws UsageException {
        Parser parser = new Parser();
        List<String> command = new ArrayList<>();
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String option = rest.next();
            switch (option) {
                case "--" -> rest.forEachRemaining(command::add);
                case "--help", "-h" -> {
                    return parser.options(List.of());
                }
                case "--ready-once" -> parser.policy = parser.policy.readyOnce();
                default -> {
                    if (!option.startsWith("-")) {
                        throw new UsageException("\"" + option + "\": the command must stand behind --");
                    }
                    parser.take(option, rest);
                }
            }
        }
        if (command.isEmpty() || command.get(0).isEmpty()) {
            throw new UsageException("the command is missing: -- COMMAND [ARG...] stands at the end");
        }
        return parser.options(List.copyOf(command));
    }

    /** What has been read so far. */
    private static final class Parser {

        private @Nullable String socket;
        private int mode = UNCHANGED;
        private int uid = UNCHANGED;
        private int gid = UNCHANGED;
        private @Nullable String upstream;
        private RelayPolicy policy = RelayPolicy.forwardAll();
        private final List<Predicate<RelayPolicy.Sender>> heard = new ArrayList<>();

        void take(String option, Iterator<String> rest) throws UsageException {
            switch (option) {
                case "--socket" -> socket = address(option, value(option, rest));
                case "--upstream" -> upstream = address(option, value(option, rest));
                case "--mode" -> mode = mode(option, value(option, rest));
                case "--owner" -> owner(option, value(option, rest));
                case "--allow-uid" -> {
                    int allowed = number(option, value(option, rest), 10);
                    heard.add(sender -> sender.uid() == allowed);
                }
                case "--allow-cgroup" -> {
                    String group = cgroup(option, value(option, rest));
                    heard.add(sender -> sender.cgroup()
                            .filter(path -> (path + "/").startsWith(group))
                            .isPresent());
                }
                case "--drop" -> drop(option, value(option, rest));
                case "--status-prefix" -> prefix(option, value(option, rest));
                case "--ping-every" -> policy = policy.pingAtMostEvery(seconds(option, value(option, rest)));
                case "--answer-barriers" -> policy = policy.answerBarriers(seconds(option, value(option, rest)));
                default -> throw new UsageException("there is no option \"" + option + "\"; --help lists them all");
            }
        }

        Options options(List<String> command) {
            RelayPolicy whole = heard.isEmpty()
                    ? policy
                    : policy.acceptFrom(heard.stream().reduce(Predicate::or).get());
            return new Options(socket, mode, uid, gid, upstream, whole, command);
        }

        private void owner(String option, String value) throws UsageException {
            String[] ids = value.split(":", -1);
            if (ids.length != 2) {
                throw new UsageException(option + " " + value + ": must be UID:GID, two numbers");
            }
            uid = number(option, ids[0], 10);
            gid = number(option, ids[1], 10);
        }

        private void drop(String option, String value) throws UsageException {
            try {
                policy = policy.drop(value);
            } catch (IllegalArgumentException e) {
                throw new UsageException(option + " " + value + ": must be the name of a field, such as MAINPID");
            }
        }

        private void prefix(String option, String value) throws UsageException {
            try {
                policy = policy.prefixStatus(value);
            } catch (IllegalArgumentException e) {
                throw new UsageException(option + ": must be one line of text");
            }
        }
    }

    /** Ready to be bound. */
    NotifyReceiver.Builder receiver(String address) {
        NotifyReceiver.Builder receiver =
                NotifyReceiver.builder(address).owner(uid, gid).replaceStale();
        return mode == UNCHANGED ? receiver : receiver.mode(mode);
    }

    private static String value(String option, Iterator<String> rest) throws UsageException {
        String value = rest.hasNext() ? rest.next() : "";
        if (value.isEmpty() || value.equals("--")) {
            throw new UsageException(option + " needs a value");
        }
        return value;
    }

    private static String address(String option, String value) throws UsageException {
        if (!value.startsWith("/") && !value.startsWith("@")) {
            throw new UsageException(option + " " + value + ": must be an absolute path, or @ and a name");
        }
        return value;
    }

    private static String cgroup(String option, String value) throws UsageException {
        if (!value.startsWith("/")) {
            throw new UsageException(option + " " + value + ": must be a path as in /proc/PID/cgroup");
        }
        return value.endsWith("/") ? value : value + "/";
    }

    private static int mode(String option, String value) throws UsageException {
        int mode = number(option, value, 8);
        if (mode > 0777) {
            throw new UsageException(option + " " + value + ": must be 0 to 777");
        }
        return mode;
    }

    private static int number(String option, String value, int base) throws UsageException {
        try {
            int number = Integer.parseInt(value, base);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UsageException(option + " " + value + ": must be a number");
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
}
