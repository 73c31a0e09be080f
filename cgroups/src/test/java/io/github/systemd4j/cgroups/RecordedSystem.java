package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A system of plain files, with one process, in {@code /a/b}. */
final class RecordedSystem {

    /** A directory that is taken for a group, at the top of its mount. */
    static Group group(Cgroups system, Path directory, CgroupVersion version, List<String> controllers) {
        RawPath name = RawPath.of(directory);
        RawPath nowhere = RawPath.ofLatin1("");
        return new Group(
                system, new Resolution.Found(directory, name, version, name, RawPath.of("/"), nowhere, 0), controllers);
    }

    final Path root;

    private RecordedSystem(Path root) {
        this.root = root;
    }

    /** The unified hierarchy alone, with the files that all groups have. */
    static RecordedSystem v2(Path root) throws IOException {
        RecordedSystem system = new RecordedSystem(root);
        system.write("/proc/self/cgroup", "0::/a/b\n");
        system.write("/proc/self/mountinfo", "30 20 0:9 / /sys/fs/cgroup rw - cgroup2 c rw\n");
        system.write("/sys/fs/cgroup/cgroup.procs", "");
        for (String group : new String[] {"/sys/fs/cgroup/a", "/sys/fs/cgroup/a/b"}) {
            system.write(group + "/cgroup.procs", "");
            system.write(group + "/cgroup.events", "populated 1\nfrozen 0\n");
        }
        return system;
    }

    /** A hierarchy for each controller, in directories of their names. */
    static RecordedSystem v1(Path root) throws IOException {
        RecordedSystem system = new RecordedSystem(root);
        StringBuilder cgroup = new StringBuilder();
        StringBuilder mountinfo = new StringBuilder();
        int id = 1;
        for (String controller : new String[] {"cpu", "cpuacct", "memory", "pids", "blkio", "cpuset"}) {
            String directory = "/sys/fs/cgroup/" + controller;
            cgroup.append(id).append(':').append(controller).append(":/a/b\n");
            mountinfo.append(30 + id++).append(" 20 0:9 / " + directory + " rw - cgroup c rw," + controller + "\n");
            for (String group : new String[] {"", "/a", "/a/b"}) {
                system.write(directory + group + "/cgroup.procs", "");
            }
            system.write(directory + "/release_agent", "");
        }
        system.write("/proc/self/cgroup", cgroup.toString());
        system.write("/proc/self/mountinfo", mountinfo.toString());
        return system;
    }

    Path file(String name) {
        return root.resolve(name.substring(1));
    }

    void write(String file, String text) throws IOException {
        Files.createDirectories(file(file).getParent());
        Files.write(file(file), text.getBytes(ISO_8859_1));
    }

    String text(String file) throws IOException {
        return Files.readString(file(file), ISO_8859_1);
    }

    Cgroups cgroups() {
        return Cgroups.at(root);
    }

    Limits limits() {
        Cgroups cgroups = cgroups();
        return cgroups.limits(cgroups.self());
    }

    Statistics statistics() {
        Cgroups cgroups = cgroups();
        return cgroups.statistics(cgroups.self());
    }
}
