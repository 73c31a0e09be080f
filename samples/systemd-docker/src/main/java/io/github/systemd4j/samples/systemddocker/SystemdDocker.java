package io.github.systemd4j.samples.systemddocker;

import io.github.systemd4j.cgroups.Cgroups;
import io.github.systemd4j.sdnotify.Notification;
import io.github.systemd4j.sdnotify.Notifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

public final class SystemdDocker {

    private SystemdDocker() {}

    public static void main(String[] arguments) throws Exception {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) throws Exception {
        Options options = Options.parse(arguments);
        RunArguments run = RunArguments.parse(options.runArguments());
        Engine engine = new Engine(options.engine());
        Notifier notifier = Notifier.fromEnvironment();
        List<String> words = new ArrayList<>(List.of("--detach"));
        String name = options.name();
        if (name != null) {
            words.add("--name=" + name);
            Optional<Container> old = engine.named(name);
            if (old.isPresent()) {
                engine.destroy(old.get().id());
            }
        }
        words.addAll(run.optionsWithout("-d", "--detach", "--rm"));
        words.addAll(run.image());
        String id = engine.run(words);
        Container container = engine.inspect(id).orElseThrow();
        System.err.println(new Home(Cgroups.system(), options.cgroups()).take(container.pid()));
        notifier.send(Notification.builder()
                .ready()
                .mainPid(container.pid())
                .status("container " + container.label() + " runs")
                .build());
        Process logs = engine.logs(id, "").inheritIO().start();
        engine.untilExit(id).waitFor();
        logs.waitFor();
        Container ended = engine.inspect(id).orElseThrow();
        engine.remove(id);
        notifier.send(Notification.builder().mainPid(ProcessHandle.current().pid()).build());
        notifier.barrier(Duration.ofSeconds(2));
        return ended.exitCode();
    }
}
