package io.github.systemd4j.samples.doctor;

import io.github.systemd4j.cgroups.Cgroups;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The program: reads the command line, prints what was found, and says in one sentence what went wrong. */
public final class Doctor {

    private static final int EXIT_FAILURE = 1;
    private static final int EXIT_USAGE = 64;
    private static final int EXIT_NO_INPUT = 66;

    private final PrintStream out;
    private final PrintStream err;

    Doctor(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * The program.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        int status = new Doctor(System.out, System.err).run(List.of(arguments), Cgroups.system());
        System.out.flush();
        System.exit(status);
    }

    int run(List<String> arguments, Cgroups cgroups) {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (UsageException e) {
            return complain(e.getMessage(), EXIT_USAGE);
        }
        if (options.help()) {
            out.print(Options.HELP);
            return 0;
        }
        String cgroup = options.cgroup();
        String mountinfo = options.mountinfo();
        if (cgroup == null || mountinfo == null) {
            return live(options.pid(), cgroups);
        }
        try {
            CgroupReport.recorded(out, RecordedFile.read(cgroup), RecordedFile.read(mountinfo));
            return 0;
        } catch (IOException e) {
            return complain(e.getMessage(), EXIT_NO_INPUT);
        }
    }

    private int live(@Nullable Long pid, Cgroups cgroups) {
        try {
            CgroupReport.live(out, cgroups, pid);
            return 0;
        } catch (IOException e) {
            return complain(e.getMessage(), EXIT_FAILURE);
        }
    }

    private int complain(@Nullable String message, int status) {
        err.println("doctor: " + message);
        return status;
    }
}
