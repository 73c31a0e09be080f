package io.github.systemd4j.samples.doctor;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 *
 * @param help whether only the help is wanted
 * @param pid the process to look at, null for this one
 * @param cgroup a recorded /proc/PID/cgroup, null to look at the running system
 * @param mountinfo the recorded /proc/PID/mountinfo that belongs to it, null together with it
 */
record Options(
        boolean help,
        @Nullable Long pid,
        @Nullable String cgroup,
        @Nullable String mountinfo) {

    static final String HELP = """
            usage: java -jar doctor.jar cgroup [--pid PID]
                   java -jar doctor.jar cgroup --cgroup FILE --mountinfo FILE

            Prints in which control groups a process is, by which directories they are reached, and what systemd calls
            the place: its unit, slice and session. Then what it may use, and which level of the hierarchy says so.

              --pid PID         the process; this one, if not given
              --cgroup FILE     a recorded /proc/PID/cgroup instead
              --mountinfo FILE  the /proc/self/mountinfo that was recorded with it
              --help            this text

            From recorded files it prints a line for each controller: the controller, the directory and v1 or v2, with
            tabs in between; or the controller, - and the reason why there is none.

            Ends with 0; 1 no such process, or what the system says of it cannot be read; 64 wrong usage; 66 a recorded
            file cannot be read.
            """;

    static Options parse(List<String> arguments) throws UsageException {
        Iterator<String> rest = arguments.iterator();
        String command = rest.hasNext() ? rest.next() : "";
        if (command.equals("--help") || command.equals("-h")) {
            return new Options(true, null, null, null);
        }
        if (!command.equals("cgroup")) {
            throw new UsageException(
                    command.isEmpty()
                            ? "the command is missing: cgroup; --help says more"
                            : "there is no command \"" + command + "\"; --help lists them all");
        }
        return parseCgroup(rest);
    }

    private static Options parseCgroup(Iterator<String> rest) throws UsageException {
        Long pid = null;
        String cgroup = null;
        String mountinfo = null;
        while (rest.hasNext()) {
            String option = rest.next();
            switch (option) {
                case "--pid" -> pid = pid(value(option, rest));
                case "--cgroup" -> cgroup = value(option, rest);
                case "--mountinfo" -> mountinfo = value(option, rest);
                case "--help", "-h" -> {
                    return new Options(true, null, null, null);
                }
                default -> throw new UsageException("there is no option \"" + option + "\"; --help lists them all");
            }
        }
        if ((cgroup == null) != (mountinfo == null)) {
            throw new UsageException("--cgroup and --mountinfo are of use only together");
        }
        if (pid != null && cgroup != null) {
            throw new UsageException("--pid asks the running system, --cgroup a recorded one: only one of them");
        }
        return new Options(false, pid, cgroup, mountinfo);
    }

    private static String value(String option, Iterator<String> rest) throws UsageException {
        String value = rest.hasNext() ? rest.next() : "";
        if (value.isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return value;
    }

    private static long pid(String value) throws UsageException {
        try {
            int pid = Integer.parseInt(value);
            if (pid > 0) {
                return pid;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UsageException("--pid " + value + ": must be the number of a process");
    }
}
