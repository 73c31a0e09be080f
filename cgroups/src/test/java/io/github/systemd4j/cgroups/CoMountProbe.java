package io.github.systemd4j.cgroups;

/**
 * Run by {@link CoMountBoxIT} where mounts are different, with a process and two controllers: says where it is by the
 * first, and moves it to {@code ../other} by the second.
 */
final class CoMountProbe {

    private CoMountProbe() {}

    public static void main(String[] arguments) throws CgroupException {
        long pid = Long.parseLong(arguments[0]);
        Cgroups cgroups = Cgroups.system();
        Resolution.Found found =
                cgroups.resolve(cgroups.process(pid), arguments[1]).orThrow();
        boolean verified = cgroups.verify(found, pid).isConfirmed();
        Group other = cgroups.group(cgroups.process(pid), arguments[2]).parent().child("other");
        MigrationReport report =
                cgroups.migration().process(pid).to(other).plan().execute();
        System.out.println(found.name() + " of " + other.hierarchy() + ": " + verified + ", " + report.outcome() + " "
                + report.hierarchies().get(0).moved());
    }
}
