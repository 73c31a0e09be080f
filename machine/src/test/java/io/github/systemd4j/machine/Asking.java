package io.github.systemd4j.machine;

/** A program for other places than that of the tests: says in which container it is, as systemd-detect-virt does. */
final class Asking {

    private Asking() {}

    public static void main(String[] arguments) {
        Identity identity = Identity.fromEnvironment();
        System.out.println(identity.container().map(Container::manager).orElse("none"));
        if (arguments.length > 0) {
            System.out.println(identity.machineId().id().map(Id128::toString).orElse("none"));
            System.out.println(
                    identity.containerUuid().id().map(Id128::toString).orElse("none"));
            System.out.println(identity.hostFile("os-release").isPresent() + " "
                    + identity.hostRelease().getOrDefault("ID", "unknown"));
        }
    }
}
