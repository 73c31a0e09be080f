package io.github.systemd4j.samples.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.cgroups.CgroupException;
import io.github.systemd4j.cgroups.CgroupVersion;
import io.github.systemd4j.cgroups.Cgroups;
import io.github.systemd4j.cgroups.Membership;
import io.github.systemd4j.cgroups.MountTable;
import io.github.systemd4j.cgroups.Resolution;
import io.github.systemd4j.cgroups.Units;
import io.github.systemd4j.cgroups.Verification;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a process is. Directories are printed as the bytes that they are, in no charset. */
final class CgroupReport {

    private static final String[] CONTROLLERS = {"cpu", "cpuacct", "memory", "pids", "name=systemd"};

    private CgroupReport() {}

    /** For programs: a line for each controller, with tabs in between. */
    static void recorded(PrintStream out, byte[] cgroup, byte[] mountinfo) {
        Membership process = Membership.parse(cgroup);
        MountTable mounts = MountTable.parse(mountinfo);
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (String controller : CONTROLLERS) {
            line(lines, controller, mounts.resolve(process, controller));
        }
        line(lines, "unified", mounts.resolveUnified(process));
        out.writeBytes(lines.toByteArray());
    }

    private static void line(ByteArrayOutputStream out, String controller, Resolution answer) {
        out.writeBytes((controller + "\t").getBytes(UTF_8));
        if (answer instanceof Resolution.Found found) {
            out.writeBytes(found.name().bytes());
            out.writeBytes(("\t" + version(found) + "\n").getBytes(UTF_8));
        } else if (answer instanceof Resolution.Absent absent) {
            // The recorded format has one text for both: for it, unified is a controller like others.
            boolean unified = absent.reason() == Resolution.Reason.NO_HIERARCHY && controller.equals("unified");
            String reason = unified ? "controller on no hierarchy" : absent.message();
            out.writeBytes(("-\t" + reason + "\n").getBytes(UTF_8));
        }
    }

    private static String version(Resolution.Found found) {
        return found.version() == CgroupVersion.V1 ? "v1" : "v2";
    }

    /** For people. */
    static void live(PrintStream out, Cgroups cgroups, @Nullable Long given) throws CgroupException {
        long pid = given == null ? ProcessHandle.current().pid() : given;
        Membership process = cgroups.process(pid);
        if (process.problem().isPresent()) {
            process.problem().get().orThrow();
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        fact(text, "process", Optional.of(Long.toString(pid)));
        units(text, cgroups.units(process));
        text.write('\n');
        for (Membership.Entry entry : process.entries()) {
            hierarchy(text, cgroups, process, entry, pid);
        }
        text.write('\n');
        LimitReport.append(text, cgroups, process);
        out.writeBytes(text.toByteArray());
    }

    private static void units(ByteArrayOutputStream out, Units units) {
        fact(out, "unit", units.unit());
        fact(out, "user unit", units.userUnit());
        fact(out, "slice", units.slice());
        fact(out, "user slice", units.userSlice());
        fact(out, "session", units.session());
        fact(
                out,
                "owner",
                units.ownerUid().isPresent()
                        ? Optional.of("uid " + units.ownerUid().getAsLong())
                        : Optional.empty());
        fact(out, "machine", units.machine());
    }

    private static void fact(ByteArrayOutputStream out, String name, Optional<String> value) {
        out.writeBytes(String.format("%-12s%s%n", name, value.orElse("-")).getBytes(UTF_8));
    }

    private static void hierarchy(
            ByteArrayOutputStream out, Cgroups cgroups, Membership process, Membership.Entry entry, long pid) {
        String name = entry.isUnified() ? "unified" : String.join(",", entry.controllers());
        Resolution answer = entry.isUnified()
                ? cgroups.resolveUnified(process)
                : cgroups.resolve(process, entry.controllers().get(0));
        out.writeBytes(String.format("%-24s", name).getBytes(UTF_8));
        if (answer instanceof Resolution.Found found) {
            Verification verification = cgroups.verify(found, pid);
            out.writeBytes((version(found) + "  ").getBytes(UTF_8));
            out.writeBytes(found.name().bytes());
            out.writeBytes((verification.isConfirmed() ? "" : "  (" + verification.message() + ")").getBytes(UTF_8));
        } else if (answer instanceof Resolution.Absent absent) {
            out.writeBytes(("-   " + absent.message()).getBytes(UTF_8));
        }
        out.write('\n');
    }
}
