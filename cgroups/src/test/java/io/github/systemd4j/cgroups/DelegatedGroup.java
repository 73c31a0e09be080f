package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A group of ours below a service with {@code Delegate=yes}, in every hierarchy in which systemd has given the service
 * one. The service itself only keeps the place.
 */
final class DelegatedGroup implements AutoCloseable {

    final String unit = "delegated-" + System.nanoTime() + ".service";
    final Cgroups cgroups = Cgroups.system();
    final Membership process;
    final Limits limits;
    /** The service's directory where systemd looks after it, and those in other hierarchies. */
    final List<Path> parents = new ArrayList<>();

    private final List<Process> workers = new ArrayList<>();

    DelegatedGroup() throws IOException {
        assertThat(Box.run("systemd-run", "--quiet", "--unit=" + unit, "-p", "Delegate=yes", "sleep", "1000"))
                .isEmpty();
        String pid = show("MainPID");
        Membership service = cgroups.process(Long.parseLong(pid));
        StringBuilder lines = new StringBuilder();
        for (Membership.Entry entry : service.entries()) {
            String path = entry.path().latin1();
            boolean own = path.endsWith("/" + unit);
            lines.append(entry.hierarchy() + ":" + String.join(",", entry.controllers()) + ":" + path);
            lines.append(own ? "/inner\n" : "\n");
            Resolution place = entry.isUnified()
                    ? cgroups.resolveUnified(service)
                    : cgroups.resolve(service, entry.controllers().get(0));
            if (own && place.path().isPresent()) {
                open(place.path().get(), entry.isUnified(), pid);
            }
        }
        process = Membership.parse(lines.toString().getBytes(ISO_8859_1));
        limits = cgroups.limits(process);
    }

    /** In v2, processes and controllers for others cannot be in the same group. */
    private void open(Path directory, boolean unified, String pid) throws IOException {
        if (unified) {
            Files.createDirectory(directory.resolve("keeper"));
            ControlFile.put(directory.resolve("keeper/cgroup.procs"), pid);
            String controllers = Files.readString(directory.resolve("cgroup.controllers"));
            if (!controllers.isBlank()) {
                ControlFile.put(
                        directory.resolve("cgroup.subtree_control"),
                        "+" + controllers.strip().replace(" ", " +"));
            }
        }
        Files.createDirectory(directory.resolve("inner"));
        parents.add(directory);
    }

    /** Starts a script in the group; its first line of input is what lets it begin. */
    Process start(String script) throws IOException {
        Process worker = new ProcessBuilder("sh", "-c", "read line; " + script)
                .redirectErrorStream(true)
                .start();
        workers.add(worker);
        for (Path parent : parents) {
            ControlFile.put(parent.resolve("inner/cgroup.procs"), Long.toString(worker.pid()));
        }
        OutputStream input = worker.getOutputStream();
        input.write('\n');
        input.flush();
        return worker;
    }

    Statistics statistics() {
        return cgroups.statistics(process);
    }

    Path directory(String controller) throws CgroupException {
        return cgroups.resolve(process, controller).orThrow().directory();
    }

    String text(String controller, String file) throws IOException {
        return Files.readString(directory(controller).resolve(file)).strip();
    }

    String show(String property) throws IOException {
        return Box.run("systemctl", "show", "--value", "-p", property, unit);
    }

    /** The unit's properties, as an administrator sets them. */
    void setProperty(String... properties) throws IOException {
        List<String> command = new ArrayList<>(List.of("systemctl", "set-property", "--runtime", unit));
        command.addAll(List.of(properties));
        assertThat(Box.run(command.toArray(String[]::new))).isEmpty();
        show("Id"); // systemd answers first and writes to the groups then, before it answers anybody else
    }

    @Override
    public void close() throws IOException {
        for (Process worker : workers) {
            worker.destroyForcibly();
            Box.await(worker);
        }
        Box.run("systemctl", "stop", unit); // and systemd removes what is below it
        for (Path parent : parents) {
            Files.deleteIfExists(parent.resolve("inner"));
        }
    }
}
