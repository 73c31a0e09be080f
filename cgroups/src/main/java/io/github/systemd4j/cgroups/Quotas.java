package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.Levels.Place;
import io.github.systemd4j.cgroups.Limit.Change;
import io.github.systemd4j.cgroups.Limit.Limited;
import io.github.systemd4j.cgroups.Limit.Quota;
import io.github.systemd4j.cgroups.Limit.Unlimited;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CPU time by quota and period. */
final class Quotas {

    private static final String QUOTA = "cpu.cfs_quota_us";
    private static final String PERIOD = "cpu.cfs_period_us";
    private static final String NONE_OF_V1 = "-1";

    private Quotas() {}

    static Limit<Quota> read(Place place) throws CgroupException {
        Path file = place.file(place.isV1() ? QUOTA : "cpu.max");
        long quota;
        long period;
        if (place.isV1()) {
            quota = ControlFile.limit(file);
            period = ControlFile.number(place.file(PERIOD));
        } else {
            List<String> words = Values.words(ControlFile.read(file).strip());
            quota = Values.number(file, Values.word(words, 0));
            period = Values.number(file, Values.word(words, 1));
        }
        boolean none = quota <= 0 || quota == Long.MAX_VALUE || period <= 0;
        return none ? new Unlimited<>(file) : new Limited<>(new Quota(quota, period), file);
    }

    /** Null takes the limit away. */
    static Change<Quota> write(Place place, @Nullable Quota quota) throws CgroupException {
        Path file = place.file(place.isV1() ? QUOTA : "cpu.max");
        if (!place.isV1()) {
            ControlFile.write(file, quota == null ? "max" : quota.quotaUsec() + " " + quota.periodUsec());
        } else if (quota == null) {
            ControlFile.write(file, NONE_OF_V1);
        } else {
            writeV1(place, file, quota);
        }
        return new Change<>(quota == null ? new Unlimited<>(file) : new Limited<>(quota, file), read(place));
    }

    /** The ratio that one new and one old number make may be too much for the parent, or too little for a child. */
    private static void writeV1(Place place, Path file, Quota quota) throws CgroupException {
        Path periodFile = place.file(PERIOD);
        long period = ControlFile.number(periodFile);
        if (period == quota.periodUsec()) {
            ControlFile.write(file, Long.toString(quota.quotaUsec()));
            return;
        }
        String before = ControlFile.read(file).strip();
        ControlFile.write(file, NONE_OF_V1);
        try {
            ControlFile.write(periodFile, Long.toString(quota.periodUsec()));
            ControlFile.write(file, Long.toString(quota.quotaUsec()));
        } catch (CgroupException e) {
            ControlFile.restore(periodFile, Long.toString(period), e);
            ControlFile.restore(file, before, e);
            throw e;
        }
    }
}
