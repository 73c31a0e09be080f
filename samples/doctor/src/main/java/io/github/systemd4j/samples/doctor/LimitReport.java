package io.github.systemd4j.samples.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.systemd4j.cgroups.Cgroups;
import io.github.systemd4j.cgroups.Limit;
import io.github.systemd4j.cgroups.Limits;
import io.github.systemd4j.cgroups.Limits.Cpuset;
import io.github.systemd4j.cgroups.Limits.Knob;
import io.github.systemd4j.cgroups.Membership;
import io.github.systemd4j.cgroups.RawPath;
import io.github.systemd4j.cgroups.Statistics;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Function;

/** What a process may use, which level of the hierarchy says so, and how often that was felt. */
final class LimitReport {

    private LimitReport() {}

    static void append(ByteArrayOutputStream out, Cgroups cgroups, Membership process) {
        Limits limits = cgroups.limits(process);
        Statistics statistics = cgroups.statistics(process);
        limit(out, "memory", limits.effective(Knob.MEMORY_MAX), LimitReport::bytes);
        limit(out, "memory high", limits.effective(Knob.MEMORY_HIGH), LimitReport::bytes);
        limit(out, "swap", limits.effective(Knob.MEMORY_SWAP_MAX), LimitReport::bytes);
        limit(out, "cpu time", limits.effectiveCpu(), LimitReport::quota);
        limit(out, "pids", limits.effective(Knob.PIDS_MAX), String::valueOf);
        plain(out, "cpus", shown(limits.effective(Cpuset.CPUS), List::toString));
        plain(out, "cpu weight", shown(limits.get(Knob.CPU_WEIGHT), String::valueOf));
        out.write('\n');
        count(out, "memory used", statistics.memory().current(), " bytes");
        count(out, "memory peak", statistics.memory().peak(), " bytes");
        count(out, "oom kills", statistics.memory().oomKills(), "");
        count(out, "cpu used", statistics.cpu().usageUsec(), " usec");
        count(out, "throttled", statistics.cpu().throttledUsec(), " usec");
        count(out, "pids used", statistics.pids().current(), "");
        count(out, "refused", statistics.pids().refusals(), " forks");
    }

    private static <T> void limit(
            ByteArrayOutputStream out, String name, Limit.Effective<T> effective, Function<T, String> text) {
        line(out, name, shown(effective.limit(), text));
        if (effective.binding().isPresent()) {
            RawPath level = effective.binding().get().name();
            out.writeBytes("  by ".getBytes(UTF_8));
            out.writeBytes(level.bytes());
        } else if (effective.limit().value().isPresent()) {
            out.writeBytes("  by a level that is not mounted here".getBytes(UTF_8));
        }
        if (!effective.complete() && !(effective.limit() instanceof Limit.Absent<T>)) {
            out.writeBytes("  (as far up as can be seen here)".getBytes(UTF_8));
        }
        out.write('\n');
    }

    private static <T> String shown(Limit<T> limit, Function<T, String> text) {
        if (limit instanceof Limit.Absent<T>) {
            return "-";
        }
        return limit.value().map(text).orElse("unlimited");
    }

    private static String bytes(long bytes) {
        return bytes + " bytes";
    }

    private static String quota(Limit.Quota quota) {
        return String.format(
                Locale.ROOT, "%.2f CPUs, %d of %d usec", quota.cpus(), quota.quotaUsec(), quota.periodUsec());
    }

    private static void count(ByteArrayOutputStream out, String name, OptionalLong value, String unit) {
        plain(out, name, value.isPresent() ? value.getAsLong() + unit : "-");
    }

    private static void plain(ByteArrayOutputStream out, String name, String value) {
        line(out, name, value);
        out.write('\n');
    }

    private static void line(ByteArrayOutputStream out, String name, String value) {
        out.writeBytes(String.format(Locale.ROOT, "%-12s%s", name, value).getBytes(UTF_8));
    }
}
