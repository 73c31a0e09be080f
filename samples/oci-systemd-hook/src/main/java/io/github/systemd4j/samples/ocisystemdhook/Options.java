package io.github.systemd4j.samples.ocisystemdhook;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 *
 * @param command what to do
 * @param failOpen whether a failure lets the container start as it is
 * @param bundle the directory of the bundle to edit, null for a hook
 * @param id the container's id, null to find it in the configuration
 */
record Options(
        Command command,
        boolean failOpen,
        @Nullable String bundle,
        @Nullable String id) {

    static final String HELP = """
            usage: java -jar oci-systemd-hook.jar precreate [--fail-open]     (a hook of podman)
                   java -jar oci-systemd-hook.jar poststop [--fail-open]      (a hook)
                   java -jar oci-systemd-hook.jar bundle DIRECTORY --id ID

            Prepares a container whose command is init or systemd for just that: tmpfs on /run, /run/lock and /tmp, the
            journal in the host's /var/log/journal/UUID, /etc/machine-id, container and container_uuid, and the control
            group writable. UUID is container_uuid, or made of the container's id. What is already mounted stays. Any
            other container is left as it is, and so is one with oci-systemd-hook=disabled in its environment.

              precreate    reads the configuration from standard input, writes the edited one to standard output
              poststop     reads the container's state from standard input, removes what was left for the container
              bundle       edits config.json in DIRECTORY, before "runc create --bundle DIRECTORY ID"
              --id ID      the container's id; podman's is in the configuration
              --fail-open  if something fails, say so and leave the container as it is, with status 0
              --help       this text

            Ends with 0; 1 it failed, which stops the container from starting; 64 wrong usage.
            """;

    enum Command {
        HELP,
        PRECREATE,
        POSTSTOP,
        BUNDLE
    }

    static Options parse(List<String> arguments) throws UsageException {
        Iterator<String> rest = arguments.iterator();
        Command command = command(rest.hasNext() ? rest.next() : "");
        String bundle = command == Command.BUNDLE ? value("bundle", rest) : null;
        boolean failOpen = false;
        String id = null;
        while (rest.hasNext()) {
            String option = rest.next();
            switch (option) {
                case "--fail-open" -> failOpen = true;
                case "--id" -> id = id(value(option, rest));
                case "--help", "-h" -> command = Command.HELP;
                default -> throw new UsageException("there is no option \"" + option + "\"; --help lists them all");
            }
        }
        if (command == Command.BUNDLE && id == null) {
            throw new UsageException("bundle needs --id, the one that the runtime is given afterwards");
        }
        return new Options(command, failOpen, bundle, id);
    }

    private static Command command(String text) throws UsageException {
        return switch (text) {
            case "precreate" -> Command.PRECREATE;
            case "poststop" -> Command.POSTSTOP;
            case "bundle" -> Command.BUNDLE;
            case "--help", "-h" -> Command.HELP;
            case "" -> throw new UsageException("the command is missing: precreate, poststop or bundle");
            default -> throw new UsageException("there is no command \"" + text + "\"; --help lists them all");
        };
    }

    private static String value(String option, Iterator<String> rest) throws UsageException {
        String value = rest.hasNext() ? rest.next() : "";
        if (value.isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return value;
    }

    private static String id(String value) throws UsageException {
        if (!Host.isContainerId(value)) {
            throw new UsageException("--id " + value + ": must be letters, digits, and _ + - . in between");
        }
        return value;
    }
}
