package io.github.systemd4j.cgroups;

/** Run by {@link RefusalsBoxIT} in a cgroup namespace: tries to fetch a process from outside of it. */
final class NamespaceProbe {

    private NamespaceProbe() {}

    public static void main(String[] arguments) throws CgroupException {
        Cgroups cgroups = Cgroups.system();
        Group inside = cgroups.group(cgroups.self(), "unified").child("inside");
        inside.create();
        try {
            inside.add(Long.parseLong(arguments[0]));
            System.out.println("moved");
        } catch (CgroupException e) {
            System.out.println(e.getMessage());
        }
    }
}
