package io.github.systemd4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Controllers that are mounted together, in one order by the kernel and in another by their directory's name: on
 * hierarchies of a real kernel, with real processes in them.
 */
@Timeout(120)
class CoMountBoxIT {

    private final Box box = new Box();

    @AfterEach
    void clean() throws Exception {
        box.clean();
    }

    /** The kernel of CentOS 7 says cpuacct,cpu, and systemd's directory is cpu,cpuacct. */
    @Test
    @Tag("guest-v1")
    void theKernelsOrderOfCentos7() throws Exception {
        long pid = inGroupOne();
        assertThat(probe("/run/box/centos7-order $$ && /run/box/centos7-order " + pid, pid, "cpu", "cpuacct"))
                .isEqualTo("/sys/fs/cgroup/cpu,cpuacct" + path("one") + " of cpuacct,cpu: true, DONE 1");
        assertThat(box.own("cpu").child("other").processes()).containsExactly(pid);
    }

    /** The other way round, and no text is changed: the only directory that there is has the other order. */
    @Test
    @Tag("guest-v1")
    void aDirectoryOfTheOtherOrder() throws Exception {
        long pid = inGroupOne();
        String mount = "umount /sys/fs/cgroup/cpu,cpuacct && mkdir -p /tmp/groups/cpuacct,cpu"
                + " && mount -t cgroup -o cpuacct,cpu none /tmp/groups/cpuacct,cpu";
        assertThat(probe(mount, pid, "cpu", "cpuacct"))
                .isEqualTo("/tmp/groups/cpuacct,cpu" + path("one") + " of cpu,cpuacct: true, DONE 1");
        assertThat(box.own("cpu").child("other").processes()).containsExactly(pid);
    }

    /**
     * A hierarchy that is made for this: controllers of v1 which a v2 system has no use for. Like net_prio,net_cls on
     * other kernels.
     */
    @Test
    @Tag("guest-v2")
    void aHierarchyOfItsOwn() throws Exception {
        long pid = box.sleeper().pid();
        String mount = "mkdir -p /tmp/groups/net_cls,freezer && cd /tmp/groups/net_cls,freezer"
                + " && mount -t cgroup -o net_cls,freezer none . && cd /tmp/groups/net_cls,freezer && mkdir -p one other";
        String said = probe(mount + " && echo " + pid + " > one/cgroup.procs", pid, "freezer", "net_cls");
        assertThat(said).isEqualTo("/tmp/groups/net_cls,freezer/one of freezer,net_cls: true, DONE 1");
        assertThat(Files.readString(Path.of("/proc/" + pid + "/cgroup"))).contains(":freezer,net_cls:/other\n");
    }

    private long inGroupOne() throws Exception {
        assertThat(box.create("cpu", "one").hierarchy()).isEqualTo("cpu,cpuacct");
        box.create("cpu", "other");
        return box.startIn(List.of(box.own("cpu").child("one")), "sleep", "1000")
                .pid();
    }

    private static String path(String group) {
        return "/system.slice/box-command.service/" + group;
    }

    /** Runs {@link CoMountProbe} in a mount namespace of its own, after a preparation in there. */
    private static String probe(String preparation, long pid, String... controllers) throws Exception {
        String classPath = System.getProperty("java.class.path");
        String probe = Box.java() + " -cp " + classPath + " " + CoMountProbe.class.getName() + " " + pid + " "
                + String.join(" ", controllers);
        return Box.run("unshare", "-m", "--propagation", "private", "sh", "-c", preparation + " && exec " + probe);
    }
}
