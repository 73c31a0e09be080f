package io.github.systemd4j.jmh;

import com.sun.management.OperatingSystemMXBean;
import io.github.systemd4j.cgroups.Cgroups;
import io.github.systemd4j.cgroups.Limit;
import io.github.systemd4j.cgroups.Limits.Knob;
import io.github.systemd4j.cgroups.Resolution;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import oshi.software.common.os.linux.LinuxCgroupInfo;

/**
 * In which directory this process's memory is limited, and the limit. First: by an object that was made for it, in a JVM
 * that is warm. Again: by one that is kept.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CgroupBenchmark {

    private static final String CONTROLLER = "memory";

    /** Objects that are kept, and have been asked before. */
    @State(Scope.Thread)
    public static class Kept {
        final Cgroups ours = Cgroups.system();
        final LinuxCgroupInfo oshi = new LinuxCgroupInfo();
        final OperatingSystemMXBean jdk = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    }

    /** What the JDK does once, at its start. There is no public way to have it done again. */
    @State(Scope.Thread)
    public static class Jdk {

        private final Method create;

        public Jdk() {
            try {
                create = Class.forName("jdk.internal.platform.CgroupSubsystemFactory")
                        .getDeclaredMethod("create");
                create.setAccessible(true);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("this JDK has no CgroupSubsystemFactory.create()", e);
            }
        }
    }

    @Benchmark
    public int resolveC() {
        int length = Floor.readBoth();
        if (length <= 0) {
            throw new IllegalStateException("/proc cannot be read");
        }
        return length;
    }

    @Benchmark
    public Path resolveFirst() throws IOException {
        return found(Cgroups.system().resolve(CONTROLLER));
    }

    @Benchmark
    public Path resolveAgain(Kept kept) throws IOException {
        return found(kept.ours.resolve(CONTROLLER));
    }

    private static Path found(Resolution resolution) throws IOException {
        return resolution.orThrow().directory();
    }

    /** As it is usually written, wrong where mounts have roots, escapes or others over them. */
    @Benchmark
    public Path resolveSimple() throws IOException {
        String path = "";
        for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
            String[] fields = line.split(":", 3);
            if (fields[1].equals(CONTROLLER) || (fields[1].isEmpty() && path.isEmpty())) {
                path = fields[2];
            }
        }
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            String[] halves = line.split(" - ", 2);
            String[] type = halves[1].split(" ", 3);
            if (type[0].equals("cgroup2")
                    || (type[0].equals("cgroup")
                            && Arrays.asList(type[2].split(",", -1)).contains(CONTROLLER))) {
                return Path.of(halves[0].split(" ", -1)[4], path);
            }
        }
        throw new IllegalStateException("there is no hierarchy");
    }

    @Benchmark
    public Limit<Long> limitFirst() {
        Cgroups cgroups = Cgroups.system();
        return cgroups.limits(cgroups.self()).get(Knob.MEMORY_MAX);
    }

    @Benchmark
    public Limit<Long> limitAgain(Kept kept) {
        return kept.ours.limits(kept.ours.self()).get(Knob.MEMORY_MAX);
    }

    @Benchmark
    public long limitOshiFirst() {
        return new LinuxCgroupInfo().getMemoryLimit();
    }

    @Benchmark
    public long limitOshiAgain(Kept kept) {
        return kept.oshi.getMemoryLimit();
    }

    @Benchmark
    @Fork(jvmArgsAppend = "--add-opens=java.base/jdk.internal.platform=ALL-UNNAMED")
    public Object limitJdkFirst(Jdk jdk) throws ReflectiveOperationException {
        return String.valueOf(jdk.create.invoke(null));
    }

    @Benchmark
    public long limitJdkAgain(Kept kept) {
        return kept.jdk.getTotalMemorySize();
    }
}
