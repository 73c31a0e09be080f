package io.github.systemd4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;

/** Recorded files as they look in the layouts that there are; the ids and names are made up. */
final class Layouts {

    /**
     * A layout.
     *
     * @param name for messages
     * @param cgroup /proc/PID/cgroup, a character a byte
     * @param mountinfo /proc/self/mountinfo, a character a byte
     */
    record Layout(String name, String cgroup, String mountinfo) {

        Membership membership() {
            return Membership.parse(cgroup.getBytes(ISO_8859_1));
        }

        MountTable mounts() {
            return MountTable.parse(mountinfo.getBytes(ISO_8859_1));
        }

        /** DIRECTORY v1, or the reason. */
        String answer(String controller) {
            return shown(
                    controller.equals("unified")
                            ? mounts().resolveUnified(membership())
                            : mounts().resolve(membership(), controller));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static String shown(Resolution answer) {
        return answer instanceof Resolution.Found found
                ? found.name().latin1() + " " + (found.version() == CgroupVersion.V1 ? "v1" : "v2")
                : ((Resolution.Absent) answer).reason().name();
    }

    static final String ROOT = "20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
            + "21 20 0:20 / /proc rw - proc proc rw\n"
            + "22 20 0:21 / /sys rw shared:2 - sysfs sysfs rw\n";
    static final String TMPFS = ROOT + "30 22 0:26 / /sys/fs/cgroup ro,nosuid shared:3 - tmpfs tmpfs ro,mode=755\n";

    /** The order of the controllers is not that in the directory's name, as on CentOS 7. */
    static final Layout REORDERED = new Layout("reordered", """
            4:cpuacct,cpu:/system.slice/web.service
            3:memory:/system.slice/web.service
            2:net_prio,net_cls:/
            1:name=systemd:/system.slice/web.service
            """, TMPFS + """
            31 30 0:27 / /sys/fs/cgroup/systemd rw shared:4 - cgroup cgroup rw,xattr,release_agent=/agent,name=systemd
            32 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw shared:5 - cgroup cgroup rw,cpuacct,cpu,clone_children
            33 30 0:29 / /sys/fs/cgroup/memory rw shared:6 - cgroup cgroup rw,memory,clone_children
            34 30 0:30 / /sys/fs/cgroup/net_cls,net_prio rw shared:7 - cgroup cgroup rw,net_prio,net_cls
            """);

    static final Layout HYBRID = new Layout("hybrid", """
            3:cpu,cpuacct:/
            2:memory:/user.slice/user-1000.slice/user@1000.service
            1:name=systemd:/user.slice/user-1000.slice/user@1000.service/app.slice/web.service
            0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service
            """, TMPFS + """
            31 30 0:27 / /sys/fs/cgroup/unified rw - cgroup2 none rw,seclabel,nsdelegate
            32 30 0:28 / /sys/fs/cgroup/systemd rw - cgroup none rw,seclabel,xattr,name=systemd
            33 30 0:29 / /sys/fs/cgroup/memory rw - cgroup none rw,seclabel,memory
            34 30 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup none rw,seclabel,cpu,cpuacct
            """);

    /** Version 232: the unified hierarchy where name=systemd used to be. */
    static final Layout V232 = new Layout("v232", """
            2:memory:/
            0::/system.slice/web.service
            """, TMPFS + """
            31 30 0:27 / /sys/fs/cgroup/systemd rw - cgroup2 cgroup rw
            32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            """);

    static final Layout UNIFIED = new Layout(
            "unified",
            "0::/system.slice/web.service", // and no newline
            ROOT + "30 22 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n");

    /** A container without a cgroup namespace: the mounts show its own part only. */
    static final Layout BIND_MOUNTS = new Layout("bind mounts", """
            3:cpu,cpuacct:/docker/4f/init
            2:memory:/docker/4f
            1:name=systemd:/docker/4f
            0::/system.slice/containerd.service
            """, TMPFS + """
            31 30 0:27 /docker/4f /sys/fs/cgroup/systemd ro master:1 - cgroup cgroup rw,name=systemd
            32 30 0:28 /docker/4f /sys/fs/cgroup/cpu,cpuacct ro master:2 - cgroup cgroup rw,cpu,cpuacct
            33 30 0:29 /docker/4fff /sys/fs/cgroup/memory ro master:3 - cgroup cgroup rw,memory
            """);

    /** New mounts over the old ones, which are still in the table. */
    static final Layout OVERMOUNTED = new Layout("overmounted", """
            2:memory:/
            0::/
            """, TMPFS + """
            31 30 0:27 /../../.. /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            32 30 0:28 /../../.. /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
            40 30 0:29 / /sys/fs/cgroup rw - tmpfs tmpfs rw
            41 40 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            42 22 0:30 / /sys/fs/cgroup rw - tmpfs tmpfs rw
            43 42 0:27 / /sys/fs/cgroup/mem rw - cgroup cgroup rw,memory
            """);

    static final Layout NAMESPACE = new Layout("namespace with old mounts", """
            4:memory:/
            3:pids:/../../other/a
            2:cpu:/../../../x
            1:name=systemd:/../web
            """, TMPFS + """
            31 30 0:27 /../../.. /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            32 30 0:28 /../.. /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
            33 30 0:29 /../.. /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
            34 30 0:30 /../web /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
            """);

    /** Spaces, tabs, backslashes, colons, and bytes that are no UTF-8. */
    static final Layout ODD_NAMES = new Layout(
            "odd names",
            "2:memory:/a b\tc\\d:e/\u00ff\u00fe\n1:name=systemd:/a\n0::/\u00fc\n",
            ROOT + "31 20 0:27 /a\\040b\\011c\\134d:e /m\\040e\\134m/\u00e4 rw - cgroup m\\043m rw,memory\n"
                    + "32 20 0:28 / /not\\04x rw a:1 b:2 c:3 - cgroup2  rw\n"
                    + "33 20 0:29 / /s rw - cgroup cgroup rw,context=\"u:c1,memory\",name=systemd\n");

    static final List<Layout> ALL =
            List.of(REORDERED, HYBRID, V232, UNIFIED, BIND_MOUNTS, OVERMOUNTED, NAMESPACE, ODD_NAMES);

    private Layouts() {}
}
