package io.github.systemd4j.samples.systemddocker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Our own part of the command line, up to {@code run}; what comes after it is for {@link RunArguments}. */
@Command(
        name = "systemd-docker",
        sortOptions = false,
        usageHelpWidth = 100,
        synopsisHeading = "usage: ",
        customSynopsis = "systemd-docker [options] run [engine options] IMAGE [COMMAND [ARGUMENT...]]%n",
        footer = {
            "",
            "--name, --rm and -d are found among the engine's options too. The command of the container is not looked at.",
            "With --logs=false, and none of --rm, --notify and, with docker, --sockets, it ends as soon as the container runs."
        })
final class Options {

    @Option(
            names = {"-l", "--logs"},
            arity = "0..1",
            defaultValue = "true",
            fallbackValue = "true",
            paramLabel = "true|false",
            description = "write the container's output to the journal; true if not given")
    private boolean logs = true;

    @Option(
            names = {"-e", "--env"},
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            description = "pass our environment on into the container")
    private boolean env;

    @Option(
            names = {"-c", "--cgroups"},
            paramLabel = "CONTROLLER",
            description =
                    "move the container in this hierarchy only, and in name=systemd; may be repeated; all if not given")
    private List<String> cgroups = new ArrayList<>();

    @Option(
            names = {"-p", "--pid-file"},
            paramLabel = "FILE",
            description = "write the pid of the container's first process to this file")
    private @Nullable Path pidFile;

    @Option(
            names = {"-n", "--notify"},
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            description = "the container itself says when it is ready, by NOTIFY_SOCKET")
    private boolean notify;

    @Option(
            names = {"-s", "--sockets"},
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            description =
                    "give the sockets of the unit to the container: over the socket that its SOCKET_HANDOVER names, "
                            + "or with podman as systemd passes them")
    private boolean sockets;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description =
                    "the container's name, best %%n: one that runs is adopted, one that has stopped is replaced or resumed")
    private @Nullable String name;

    @Option(
            names = "--rm",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            description = "remove the container when it has ended, and before the start what an earlier run has left")
    private boolean rm;

    @Option(
            names = "--engine",
            paramLabel = "COMMAND",
            defaultValue = "docker",
            description = "the engine's client, with options of its own if there are any; docker if not given")
    private String engine = "docker";

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "this text")
    private boolean help;

    @Parameters(hidden = true)
    private List<String> rest = new ArrayList<>();

    private Options() {}

    static Options parse(List<String> arguments) throws UsageException {
        Options options = new Options();
        try {
            new CommandLine(options).setStopAtPositional(true).parseArgs(arguments.toArray(String[]::new));
        } catch (CommandLine.ParameterException e) {
            throw new UsageException(e.getMessage() + "; --help lists all options");
        }
        if (!options.help && (options.rest.isEmpty() || !options.rest.get(0).equals("run"))) {
            throw new UsageException("after the options there must be: run [engine options] IMAGE");
        }
        return options;
    }

    static String helpText() {
        return new CommandLine(new Options()).getUsageMessage();
    }

    boolean logs() {
        return logs;
    }

    boolean env() {
        return env;
    }

    List<String> cgroups() {
        return cgroups;
    }

    @Nullable
    Path pidFile() {
        return pidFile;
    }

    boolean notifyFromContainer() {
        return notify;
    }

    boolean sockets() {
        return sockets;
    }

    @Nullable
    String name() {
        return name;
    }

    boolean rm() {
        return rm;
    }

    /** The words of the engine's command. */
    List<String> engine() {
        return List.of(engine.strip().split("\\s+", -1));
    }

    boolean help() {
        return help;
    }

    /** What stands behind {@code run}. */
    List<String> runArguments() {
        return rest.subList(1, rest.size());
    }
}
