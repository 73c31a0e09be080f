package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the tests in a box have in common: groups of their own, and processes in them. */
final class Box {

    static final Duration SOON = Duration.ofSeconds(60);
    static final long SELF = ProcessHandle.current().pid();

    /** A program of perl's that says the pid of a child which it never asks for its status. */
    static final String ZOMBIE = "$| = 1; my $p = fork; exit 0 unless $p; print \"$p\\n\"; sleep 1000";

    /** A program of perl's of which the main thread ends by exit(2) at once, while another says what it is told. */
    static final String HEADLESS = "use threads; $| = 1;"
            + " threads->create(sub { while (my $line = <STDIN>) { print $line } });"
            + " syscall " + (System.getProperty("os.arch").equals("amd64") ? 60 : 93) + ", 0";

    private final Cgroups cgroups = Cgroups.system();
    private final List<Group> made = new ArrayList<>();
    private final List<Process> started = new ArrayList<>();

    Cgroups cgroups() {
        return cgroups;
    }

    /** The hierarchies that there are. */
    List<String> hierarchies() {
        List<String> names = new ArrayList<>();
        for (Membership.Entry entry : cgroups.self().entries()) {
            String name = entry.isUnified() ? "unified" : entry.controllers().get(0);
            Resolution answer = entry.isUnified() ? cgroups.resolveUnified(cgroups.self()) : cgroups.resolve(name);
            if (answer.path().isPresent()) {
                names.add(name);
            }
        }
        return names;
    }

    /** The one in which systemd has us. */
    String systemds() {
        return hierarchies().contains("name=systemd") ? "name=systemd" : "unified";
    }

    /** Our own group, or what there is in its place. */
    Group own(String hierarchy) throws CgroupException {
        return cgroups.group(cgroups.self(), hierarchy);
    }

    /** A name below our own group. */
    Group group(String hierarchy, String name) throws CgroupException {
        Group group = own(hierarchy).child(name);
        made.add(group);
        return group;
    }

    /** A new group below our own. */
    Group create(String hierarchy, String name) throws CgroupException {
        Group group = group(hierarchy, name);
        group.create();
        return group;
    }

    /** A new cpuset of v1 has no processors, unless its parent clones its own; here it does not. */
    Group rawCpuset(String name) throws Exception {
        Group group = group("cpuset", name);
        Path cloning = own("cpuset").directory().resolve("cgroup.clone_children");
        ControlFile.put(cloning, "0");
        Files.createDirectory(group.directory());
        return group;
    }

    Process start(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        started.add(process);
        return process;
    }

    Process startIn(List<Group> groups, String... command) throws Exception {
        Process process = Group.start(new ProcessBuilder(command).redirectErrorStream(true), groups);
        started.add(process);
        return process;
    }

    /** A process that goes on without its main thread. */
    Process headless(List<Group> groups) throws Exception {
        Process process = startIn(groups, "perl", "-e", HEADLESS);
        Pause pause = new Pause(SOON);
        ProcessStat main = ProcessStat.of(Path.of("/proc"), process.pid());
        while (main != null && !main.isDead() && pause.again()) {
            main = ProcessStat.of(Path.of("/proc"), process.pid());
        }
        assertThat(main).isNotNull();
        assertThat(main.isDead()).isTrue();
        assertThat(answer(process, "up")).isEqualTo("up");
        return process;
    }

    /** What a process says that repeats what it is told. */
    static String answer(Process process, String line) throws Exception {
        process.getOutputStream().write((line + "\n").getBytes(UTF_8));
        process.getOutputStream().flush();
        return new String(process.getInputStream().readNBytes(line.length() + 1), UTF_8).strip();
    }

    Process sleeper() throws Exception {
        return start("sleep", "1000");
    }

    /** Nothing is left of a test. */
    void clean() throws Exception {
        for (Process process : started) {
            process.destroyForcibly();
        }
        for (Group group : made) {
            if (group.exists()) {
                group.kill(SOON);
                group.remove(SOON);
            }
        }
    }

    /** What a command says. */
    static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).stripTrailing();
        await(process);
        return output;
    }

    /** Until it has ended, with a bound. */
    static int await(Process process) throws IOException {
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new InterruptedIOException("the test is over");
        }
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
