package io.github.systemd4j.cgroups;

/** Run by {@link CoMountBoxIT} where mounts are different: says where a process is, and moves it to {@code ../other}. */
final class CoMountProbe {

    private CoMountProbe() {}

    public static void main(String[] arguments) throws CgroupException {
        long pid = Long.parseLong(arguments[0]);
        Cgroups cgroups = Cgroups.system();
        Resolution.Found found = cgroups.resolve(cgroups.process(pid), "cpu").orThrow();
        boolean verified = cgroups.verify(found, pid).isConfirmed();
        Group other = cgroups.group(cgroups.process(pid), "cpuacct").parent().child("other");
        MigrationReport report =
                cgroups.migration().process(pid).to(other).plan().execute();
        System.out.println(found.name() + " of " + other.hierarchy() + ": " + verified + ", " + report.outcome() + " "
                + report.hierarchies().get(0).moved());
    }
}
