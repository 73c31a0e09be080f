package io.github.systemd4j.cgroups;

/** Run by {@link RefusalsBoxIT} as a user who may do little: what is refused, one line each. */
final class NobodyProbe {

    private NobodyProbe() {}

    /** What may fail. */
    private interface Attempt {
        void run() throws CgroupException;
    }

    public static void main(String[] arguments) throws CgroupException {
        Cgroups cgroups = Cgroups.system();
        long process = Long.parseLong(arguments[0]);
        for (Membership.Entry entry : cgroups.self().entries()) {
            String hierarchy =
                    entry.isUnified() ? "unified" : entry.controllers().get(0);
            Group above;
            try {
                above = cgroups.group(cgroups.self(), hierarchy);
            } catch (CgroupException e) {
                continue; // not mounted
            }
            Group own = above.child(arguments[1]);
            Group below = own.child("below");
            say(
                    hierarchy,
                    "roots-group",
                    () -> above.add(ProcessHandle.current().pid()));
            say(hierarchy, "roots-process", () -> own.add(process));
            say(hierarchy, "mkdir", () -> above.child("not-ours").create());
            say(hierarchy, "create", below::create);
            say(hierarchy, "read", own::processes);
            say(hierarchy, "own-child", () -> below.add(ProcessHandle.current().pid()));
        }
    }

    private static void say(String hierarchy, String what, Attempt attempt) {
        try {
            attempt.run();
            System.out.println(hierarchy + " " + what + " ok");
        } catch (CgroupException e) {
            System.out.println(hierarchy + " " + what + " " + e.errno());
            System.err.println(e.getMessage());
        }
    }
}
