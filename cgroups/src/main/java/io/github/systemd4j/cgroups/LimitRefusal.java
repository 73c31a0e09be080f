package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Refusal.Cause;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why the kernel refused the value of a limit, by its own rules, asked of the files beside. Devices and processors are those
 * of the kernel, whichever root directory a control group was found below; so they are asked of {@code /sys} itself.
 */
final class LimitRefusal {

    /** PIDS_MAX of the kernel's pids.c, on 64 bits: one more than there can be pids. */
    private static final long MOST_PIDS = (1L << 22) + 1;

    /** MAX_BW of the kernel's sched.h, in microseconds. */
    private static final long LONGEST_QUOTA = (1L << 44) - 1;

    private static final String QUOTA_OF_V1 = "cpu.cfs_quota_us";
    private static final String PERIOD_OF_V1 = "cpu.cfs_period_us";

    private LimitRefusal() {}

    /** Null for what these rules do not explain. The control group and the file are there. */
    static @Nullable Cause of(Path file, String value) {
        Path group = Refusal.directoryOf(file);
        String name = String.valueOf(file.getFileName());
        return switch (name) {
            case "pids.max" -> pids(value);
            case "cpu.max", QUOTA_OF_V1, PERIOD_OF_V1 -> cpuTime(group, name, value);
            case "cpu.weight", "cpu.shares" -> weight(group);
            case "memory.limit_in_bytes" -> memory(group, "memory.", value);
            case "memory.memsw.limit_in_bytes" -> memory(group, "memory.memsw.", value);
            case "cpuset.cpus", "cpuset.mems", "cpus", "mems" -> cpuset(group, name, value);
            default -> name.equals("io.max") || name.startsWith("blkio.throttle.") ? device(value) : null;
        };
    }

    private static Cause invalid(String advice) {
        return new Cause(Errno.EINVAL, advice);
    }

    private static boolean isRootOfV1(Path group) {
        return Files.exists(group.resolve("release_agent"));
    }

    private static Cause root() {
        return invalid("the root of the hierarchy takes no limit; make a group below it");
    }

    private static @Nullable Cause pids(String value) {
        return Values.number(value).orElse(-1) >= MOST_PIDS
                ? invalid("it must be less than " + MOST_PIDS + ", or none; there cannot be more processes")
                : null;
    }

    private static @Nullable Cause weight(Path group) {
        if (isRootOfV1(group)) {
            return root();
        }
        return ControlFile.peek(group.resolve("cpu.idle")).equals("1")
                ? invalid("the group runs when nobody else does, and has no weight; write 0 into cpu.idle first")
                : null;
    }

    private static @Nullable Cause cpuTime(Path group, String name, String value) {
        boolean v2 = name.equals("cpu.max");
        if (!v2 && isRootOfV1(group)) {
            return root();
        }
        long quota = Values.number(v2 ? Values.word(Values.words(value), 0) : quotaOfV1(group, name, value))
                .orElse(-1);
        if (quota < 0 || quota == Long.MAX_VALUE) {
            return null;
        }
        if (quota > LONGEST_QUOTA) {
            return invalid("a quota of more than " + LONGEST_QUOTA + " usec is none; take the limit away");
        }
        String burstFile = v2 ? "cpu.max.burst" : "cpu.cfs_burst_us";
        long burst = Values.number(ControlFile.peek(group.resolve(burstFile))).orElse(0);
        if (burst > quota) {
            return invalid(burstFile + " is " + burst + " usec, and must not be more than the quota; lower it first");
        }
        return v2 ? null : ratio(group, quota, periodOfV1(group, name, value));
    }

    private static String quotaOfV1(Path group, String name, String value) {
        return name.equals(QUOTA_OF_V1) ? value : ControlFile.peek(group.resolve(QUOTA_OF_V1));
    }

    private static long periodOfV1(Path group, String name, String value) {
        String period = name.equals(PERIOD_OF_V1) ? value : ControlFile.peek(group.resolve(PERIOD_OF_V1));
        return Values.number(period).orElse(0);
    }

    /** In v1 nobody may have more of the CPUs than the next one above who is limited. */
    private static @Nullable Cause ratio(Path group, long quota, long period) {
        for (Path above = group.getParent(); above != null && isGroup(above); above = above.getParent()) {
            Limit.Quota limit = quota(above);
            if (limit != null) {
                if (period > 0 && new Limit.Quota(quota, period).compareTo(limit) > 0) {
                    return invalid("the group above, " + above + ", has only " + text(limit)
                            + ", and in v1 a child cannot have more; raise that first");
                }
                break;
            }
        }
        for (Path below : groupsBelow(group)) {
            Limit.Quota limit = quota(below);
            if (limit != null && period > 0 && limit.compareTo(new Limit.Quota(quota, period)) > 0) {
                return invalid("the group below, " + below + ", has " + text(limit)
                        + ", and in v1 a child cannot have more; lower that first");
            }
        }
        return null;
    }

    private static String text(Limit.Quota quota) {
        return quota.quotaUsec() + " of " + quota.periodUsec() + " usec";
    }

    private static Limit.@Nullable Quota quota(Path group) {
        long quota = Values.number(ControlFile.peek(group.resolve(QUOTA_OF_V1))).orElse(-1);
        long period =
                Values.number(ControlFile.peek(group.resolve(PERIOD_OF_V1))).orElse(0);
        return quota > 0 && period > 0 ? new Limit.Quota(quota, period) : null;
    }

    /** In v1 a limit below what is in use, and cannot be taken back, is refused; in v2 processes would be killed. */
    private static @Nullable Cause memory(Path group, String kind, String value) {
        if (isRootOfV1(group)) {
            return root();
        }
        long amount = Values.number(value).orElse(-1);
        if (amount < 0) {
            return null;
        }
        long memory = number(group, "memory.limit_in_bytes");
        long both = number(group, "memory.memsw.limit_in_bytes");
        if (kind.equals("memory.") && both >= 0 && amount > both) {
            return invalid("memory.memsw.limit_in_bytes is " + both + ", and counts swap as well; raise it first");
        } else if (!kind.equals("memory.") && memory >= 0 && amount < memory) {
            return invalid("memory.limit_in_bytes is " + memory + ", and this counts swap as well; lower that first");
        }
        long usage = number(group, kind + "usage_in_bytes");
        return usage > amount
                ? new Cause(
                        Errno.EBUSY,
                        "it is less than the " + usage + " bytes in use, which could not be taken back; end processes "
                                + "first, or allow them swap")
                : null;
    }

    private static long number(Path group, String file) {
        return Values.number(ControlFile.peek(group.resolve(file))).orElse(-1);
    }

    /** The value begins with the device's numbers. */
    private static @Nullable Cause device(String value) {
        Path devices = Path.of("/sys/dev/block");
        String number = Values.word(Values.words(value), 0);
        if (!Files.isDirectory(devices)) {
            return null;
        } else if (!Files.exists(devices.resolve(number))) {
            return new Cause(Errno.ENODEV, "there is no block device " + number + "; /proc/partitions has them");
        }
        Path partition = devices.resolve(number + "/partition");
        return Files.exists(partition)
                ? new Cause(Errno.ENODEV, number + " is a partition; give the number of the whole disk")
                : null;
    }

    private static @Nullable Cause cpuset(Path group, String name, String value) {
        boolean cpus = name.endsWith("cpus");
        BitSet asked = set(value.strip());
        if (asked == null) {
            return null;
        } else if (asked.isEmpty()) {
            return new Cause(Errno.ENOSPC, "there are processes in the group, which need one; move them out first");
        }
        String have = ControlFile.peek(
                Path.of(cpus ? "/sys/devices/system/cpu/possible" : "/sys/devices/system/node/online"));
        BitSet there = set(have);
        if (there != null && !there.isEmpty() && !contains(there, asked)) {
            boolean beyond = cpus && asked.length() > there.length();
            return new Cause(beyond ? Errno.ERANGE : Errno.EINVAL, "this machine has only " + have);
        }
        return Files.exists(group.resolve("tasks")) ? cpusetOfV1(group, name, asked) : null;
    }

    private static @Nullable Cause cpusetOfV1(Path group, String name, BitSet asked) {
        Path above = group.getParent();
        String text = above == null ? "" : ControlFile.peek(above.resolve(name));
        BitSet parents = set(text);
        if (above != null && parents != null && isGroup(above) && !contains(parents, asked)) {
            return new Cause(
                    Errno.EACCES,
                    "the group above has only " + (text.isEmpty() ? "none" : text) + "; give it more first");
        }
        for (Path below : groupsBelow(group)) {
            String childs = ControlFile.peek(below.resolve(name));
            BitSet has = set(childs);
            if (has != null && !contains(asked, has)) {
                return new Cause(Errno.EBUSY, "the group below, " + below + ", has " + childs + "; take from it first");
            }
        }
        return null;
    }

    /** Null for what is no such list. */
    private static @Nullable BitSet set(String list) {
        try {
            return list.isEmpty() ? new BitSet() : Cpusets.parse(Path.of(""), list);
        } catch (CgroupException e) {
            return null;
        }
    }

    private static boolean contains(BitSet all, BitSet some) {
        BitSet others = (BitSet) some.clone();
        others.andNot(all);
        return others.isEmpty();
    }

    private static boolean isGroup(Path directory) {
        return Files.exists(directory.resolve("cgroup.procs"));
    }

    private static List<Path> groupsBelow(Path group) {
        List<Path> below = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(group, LimitRefusal::isGroup)) {
            entries.forEach(below::add);
        } catch (IOException | DirectoryIteratorException e) {
            return below; // then it is none of those that are not known
        }
        return below;
    }
}
