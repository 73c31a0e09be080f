package io.github.systemd4j.samples.ociregistermachine;

import io.github.systemd4j.machine.MachineException;
import io.github.systemd4j.machine.MachineException.Reason;
import io.github.systemd4j.machine.Systemd;
import io.github.systemd4j.machine.oci.OciState;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;

/** The program: reads the command line and the state, and says in one sentence what went wrong. */
public final class OciRegisterMachine {

    private static final int EXIT_FAILURE = 1;
    private static final int EXIT_USAGE = 64;

    private final InputStream in;
    private final PrintStream out;
    private final Complaints complaints;
    private final String bus;

    OciRegisterMachine(InputStream in, PrintStream out, Complaints complaints, String bus) {
        this.in = in;
        this.out = out;
        this.complaints = complaints;
        this.bus = bus;
    }

    /**
     * The program.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        int status = new OciRegisterMachine(
                        System.in, System.out, Complaints.system(System.err), "unix:path=/run/dbus/system_bus_socket")
                .run(List.of(arguments));
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
        if (options.help()) {
            out.print(Options.HELP);
            return 0;
        }
        try (Systemd systemd = Systemd.at(bus, options.timeout())) {
            new Registrar(systemd.machines()).handle(OciState.read(in));
            return 0;
        } catch (IOException e) {
            return failed(e, options.failOpen());
        }
    }

    private int failed(IOException e, boolean failOpen) {
        String message = e.getMessage() + advice(e);
        if (failOpen) {
            complaints.complain(message + "; the container is not registered, and starts all the same");
            return 0;
        }
        complaints.complain(message + "; --fail-open would start the container unregistered");
        return EXIT_FAILURE;
    }

    /** What to do for a container, where the library can only know of processes. */
    private static String advice(IOException e) {
        if (!(e instanceof MachineException failure)) {
            return "";
        } else if (failure.reason() == Reason.NOT_IN_UNIT) {
            return "; have systemd make its control group: runc and crun --systemd-cgroup, podman"
                    + " --cgroup-manager=systemd, or podman --cgroups=split in a service with Delegate=yes";
        }
        return failure.reason() == Reason.LEADER_REGISTERED ? "; is another hook registering it too?" : "";
    }
}
