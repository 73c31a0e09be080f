package io.github.systemd4j.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What the tests have done by another process, in another unit, as somebody else, or in a namespace. */
final class BoxTool {

    private BoxTool() {}

    /** Answers one line: what was done, or the reason why not. */
    public static void main(String[] arguments) throws Exception {
        try (Systemd systemd = Systemd.fromEnvironment()) {
            List<String> words = List.of(arguments);
            try {
                System.out.println(answer(systemd, words.get(0), words.subList(1, words.size())));
            } catch (MachineException e) {
                System.out.println(e.reason());
            }
        }
    }

    private static String answer(Systemd systemd, String command, List<String> words) throws Exception {
        Machines machines = systemd.machines();
        return switch (command) {
            case "list" ->
                String.join(
                        " ",
                        machines.list().stream().map(Machine::name).sorted().toList());
            case "register" ->
                machines.register(MachineSpec.named(words.get(0))).machine().unit();
            case "register-pid" ->
                machines.register(MachineSpec.named(words.get(0)).withLeader(Long.parseLong(words.get(1))))
                        .machine()
                        .unit();
            case "terminate" -> String.valueOf(machines.terminate(words.get(0)));
            case "stay" -> {
                System.out.println(machines.register(MachineSpec.named(words.get(0)))
                        .machine()
                        .unit());
                yield stay();
            }
            case "adopt" -> adopt(systemd, words.get(0));
            default -> throw new IllegalArgumentException(command);
        };
    }

    /** A child in a scope of its own, made by a service that stays. */
    private static String adopt(Systemd systemd, String scope) throws Exception {
        Process child = new ProcessBuilder("sleep", "1000").start();
        systemd.units()
                .startScope(ScopeSpec.named(scope)
                        .withProcesses(child.pid())
                        .inSlice("box-workers.slice")
                        .delegated()
                        .with(UnitProperties.none().withMemoryMax(64L << 20).withTasksMax(7)));
        return stay();
    }

    private static String stay() throws InterruptedException {
        return String.valueOf(new CountDownLatch(1).await(1000, TimeUnit.SECONDS));
    }

    /** The command line that runs this. */
    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                BoxTool.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
