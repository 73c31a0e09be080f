package io.github.systemd4j.samples.systemddocker;

import io.github.systemd4j.cgroups.CgroupVersion;
import io.github.systemd4j.cgroups.Migration;
import io.github.systemd4j.cgroups.Migration.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the engine was asked for and the move has undone: its limits stay behind, with the groups that have them. */
final class LostLimits {

    private static final Map<String, List<String>> LIMITS = Map.of(
            "memory",
            List.of(
                    "-m",
                    "--memory",
                    "--memory-reservation",
                    "--memory-swap",
                    "--memory-swappiness",
                    "--kernel-memory"),
            "cpu",
            List.of(
                    "-c",
                    "--cpu-shares",
                    "--cpus",
                    "--cpu-quota",
                    "--cpu-period",
                    "--cpu-rt-period",
                    "--cpu-rt-runtime"),
            "cpuset",
            List.of("--cpuset-cpus", "--cpuset-mems"),
            "pids",
            List.of("--pids-limit"),
            "blkio",
            List.of(
                    "--blkio-weight",
                    "--blkio-weight-device",
                    "--device-read-bps",
                    "--device-read-iops",
                    "--device-write-bps",
                    "--device-write-iops"),
            "devices",
            List.of("--device-cgroup-rule"));

    private static final Map<String, String> INSTEAD = Map.of(
            "memory", "MemoryMax=",
            "cpu", "CPUQuota= and CPUWeight=",
            "cpuset", "AllowedCPUs=",
            "pids", "TasksMax=",
            "blkio", "IOWeight= and its like",
            "devices", "DeviceAllow=");

    private LostLimits() {}

    /** Sentences for people; none if all that was asked for is still true. */
    static List<String> of(RunArguments arguments, Migration move) {
        List<String> warnings = new ArrayList<>();
        LIMITS.forEach((controller, names) -> {
            if (isMoved(move, controller)) {
                arguments.options().stream()
                        .filter(option -> names.contains(option.name()))
                        .forEach(option ->
                                warnings.add(option.name() + " has no effect: in the hierarchy of " + controller
                                        + " the container is in the unit's group now. Use " + INSTEAD.get(controller)
                                        + " in the unit, or choose hierarchies without it by --cgroups"));
            }
        });
        if (!arguments.isSet("--privileged") && opensDevices(move)) {
            warnings.add("the container may use every device of this machine now, because the unit may:"
                    + " DevicePolicy=closed in the unit gives it those that it had");
        }
        return warnings;
    }

    private static Stream<Step> steps(Migration move, String controller) {
        return move.steps().stream()
                .filter(step -> List.of(step.hierarchy().split(",", -1)).contains(controller));
    }

    /** In v2 there is one group for all controllers; where some are in v1 the unified hierarchy has none that counts. */
    private static boolean isMoved(Migration move, String controller) {
        boolean v2Alone = move.steps().stream().allMatch(step -> step.from().version() == CgroupVersion.V2)
                && move.staying().isEmpty();
        return steps(move, controller).findAny().isPresent()
                || (v2Alone && !move.steps().isEmpty());
    }

    /** The group of the unit permits all devices, where the engine permitted few. What v2 permits can't be read. */
    private static boolean opensDevices(Migration move) {
        return steps(move, "devices").anyMatch(step -> {
            try {
                return Files.readString(step.to().directory().resolve("devices.list"))
                        .startsWith("a ");
            } catch (IOException e) {
                return false;
            }
        });
    }
}
