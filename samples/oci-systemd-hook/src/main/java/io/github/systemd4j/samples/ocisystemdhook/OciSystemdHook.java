package io.github.systemd4j.samples.ocisystemdhook;

import io.github.systemd4j.machine.oci.OciConfig;
import io.github.systemd4j.machine.oci.OciState;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** The program: reads the command line, does the one thing, and says in one sentence what went wrong. */
public final class OciSystemdHook {

    private static final int EXIT_FAILURE = 1;
    private static final int EXIT_USAGE = 64;

    private final InputStream in;
    private final PrintStream out;
    private final Complaints complaints;
    private final Host host;

    OciSystemdHook(InputStream in, PrintStream out, Complaints complaints, Host host) {
        this.in = in;
        this.out = out;
        this.complaints = complaints;
        this.host = host;
    }

    /**
     * The program.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        Host host = new Host(Path.of("/"));
        int status =
                new OciSystemdHook(System.in, System.out, Complaints.system(System.err), host).run(List.of(arguments));
        System.out.flush();
        System.exit(status);
    }

    int run(List<String> arguments) {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (UsageException e) {
            complaints.complain(String.valueOf(e.getMessage()));
            return EXIT_USAGE;
        }
        try {
            switch (options.command()) {
                case HELP -> out.print(Options.HELP);
                case PRECREATE -> precreate(options);
                case POSTSTOP -> poststop();
                case BUNDLE -> bundle(options);
            }
            return 0;
        } catch (IOException e) {
            return failed(e, options.failOpen());
        }
    }

    /** A filter: podman takes what comes out for the configuration, so something has to come out in any case. */
    private void precreate(Options options) throws IOException {
        byte[] text = in.readAllBytes();
        byte[] edited = options.failOpen() ? text : new byte[0];
        try {
            edited = prepared(text, options);
        } finally {
            out.writeBytes(edited);
        }
    }

    private byte[] prepared(byte[] text, Options options) throws IOException {
        OciConfig config = OciConfig.parse(text);
        Preparation preparation = new Preparation(config, host);
        if (!preparation.isWanted()) {
            return text;
        }
        preparation.prepare(options.id());
        return config.toJson();
    }

    private void bundle(Options options) throws IOException {
        Path file = Path.of(String.valueOf(options.bundle()), "config.json");
        OciConfig config = OciConfig.read(file);
        Preparation preparation = new Preparation(config, host);
        if (preparation.isWanted()) {
            preparation.prepare(options.id());
            config.write(file);
        }
    }

    private void poststop() throws IOException {
        String id = OciState.read(in).id();
        if (Host.isContainerId(id)) {
            host.forget(id);
        }
    }

    private int failed(IOException e, boolean failOpen) {
        String advice = failOpen
                ? "; the container starts as it is"
                : "; --fail-open would start the container as it is, oci-systemd-hook=disabled in its environment"
                        + " leaves it alone";
        complaints.complain(e.getMessage() + advice);
        return failOpen ? 0 : EXIT_FAILURE;
    }
}
