package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.CgroupException.Errno;
import io.github.systemd4j.cgroups.Limit.Absent;
import io.github.systemd4j.cgroups.Limit.Effective;
import io.github.systemd4j.cgroups.Limit.Level;
import io.github.systemd4j.cgroups.Limit.Limited;
import io.github.systemd4j.cgroups.Limit.Unlimited;
import io.github.systemd4j.cgroups.Resolution.Found;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The directories of a control group and of those above it, as far as they are mounted here. Thread safe. */
final class Levels {

    /** A control group on the way up. */
    record Place(Path directory, RawPath name, CgroupVersion version) {

        static Place of(Found found) {
            return new Place(found.directory(), found.name(), found.version());
        }

        Path file(String name) {
            return directory.resolve(name);
        }

        boolean has(String name) {
            return Files.exists(file(name), LinkOption.NOFOLLOW_LINKS);
        }

        boolean isV1() {
            return version == CgroupVersion.V1;
        }

        /** By the files that the kernel gives to roots alone, or to all but them. */
        boolean isRoot() {
            return isV1() ? has("release_agent") : !has("cgroup.events") && has("cgroup.procs");
        }
    }

    /** How the limit of one level is read. */
    interface Reader<T> {
        Limit<T> read(Place place) throws CgroupException;
    }

    private final Function<String, Resolution> resolver;

    /**
     * Levels of whatever a resolver leads to.
     *
     * @param resolver gives the place for a controller
     */
    Levels(Function<String, Resolution> resolver) {
        this.resolver = resolver;
    }

    /** Where a controller's files are. */
    Place place(String controller) throws CgroupException {
        return Place.of(resolver.apply(controller).orThrow());
    }

    boolean isV1(String controller) {
        return resolver.apply(controller) instanceof Found found && found.version() == CgroupVersion.V1;
    }

    <T> Limit<T> read(String controller, Reader<T> reader) {
        Resolution resolution = resolver.apply(controller);
        if (resolution instanceof Resolution.Absent absent) {
            return new Absent<>(absent.message(), absent.errno());
        }
        return read(Place.of((Found) resolution), reader);
    }

    private static <T> Limit<T> read(Place place, Reader<T> reader) {
        try {
            return reader.read(place);
        } catch (CgroupException e) {
            return new Absent<>(String.valueOf(e.getMessage()), e.errno());
        }
    }

    /** From the control group up to where it is mounted. */
    private static List<Place> upwards(Found found) {
        List<Place> places = new ArrayList<>();
        byte[] name = found.name().raw();
        int top = name.length - found.relative().raw().length; // the length of the mount point
        Path directory = found.directory();
        for (int end = name.length; directory != null; directory = directory.getParent()) {
            places.add(new Place(directory, RawPath.trusted(Arrays.copyOf(name, Math.max(end, 1))), found.version()));
            if (end <= top) {
                break;
            }
            do {
                end--;
            } while (end > top && name[end] != '/');
        }
        return places;
    }

    <T extends Comparable<T>> Effective<T> walk(String controller, Reader<T> reader) {
        Resolution resolution = resolver.apply(controller);
        if (resolution instanceof Resolution.Absent absent) {
            return new Effective<>(new Absent<>(absent.message(), absent.errno()), Optional.empty(), List.of(), false);
        }
        List<Place> places = upwards((Found) resolution);
        List<Level<T>> levels = new ArrayList<>();
        for (Place place : places) {
            levels.add(new Level<>(place.directory(), place.name(), read(place, reader)));
        }
        boolean complete =
                places.get(places.size() - 1).isRoot() && levels.stream().allMatch(Levels::isKnown);
        Level<T> binding = tightest(levels);
        return binding == null
                ? new Effective<>(weakest(levels), Optional.empty(), levels, complete)
                : new Effective<>(binding.limit(), Optional.of(binding), levels, complete);
    }

    /** Whether a level has told its limit, or that it cannot have one. */
    private static boolean isKnown(Level<?> level) {
        return !(level.limit() instanceof Absent<?> absent)
                || absent.errno() == Errno.ENOENT
                || absent.errno() == Errno.EOPNOTSUPP;
    }

    private static <T extends Comparable<T>> @Nullable Level<T> tightest(List<Level<T>> levels) {
        Level<T> tightest = null;
        T least = null;
        for (Level<T> level : levels) {
            T value = level.limit().value().orElse(null);
            if (value != null && (least == null || value.compareTo(least) < 0)) {
                tightest = level;
                least = value;
            }
        }
        return tightest;
    }

    /** If some level says that it has none, there is none; otherwise why the first one doesn't say. */
    private static <T> Limit<T> weakest(List<Level<T>> levels) {
        for (Level<T> level : levels) {
            if (level.limit() instanceof Unlimited<T> unlimited) {
                return unlimited;
            }
        }
        return levels.get(0).limit();
    }

    /**
     * In v1, memory.stat has the limit with all levels above, those that are not mounted here included; and where
     * memory.use_hierarchy is 0, without those that do not count.
     */
    Effective<Long> withKernelsWord(Effective<Long> seen) {
        if (seen.levels().isEmpty() || !isV1("memory")) {
            return seen;
        }
        Path file = seen.levels().get(0).directory().resolve("memory.stat");
        Long limit;
        try {
            limit = Values.flat(ControlFile.read(file)).get("hierarchical_memory_limit");
        } catch (CgroupException e) {
            return seen;
        }
        if (limit == null) {
            return seen;
        }
        if (Values.isUnlimited(limit)) {
            return new Effective<>(new Unlimited<>(file), Optional.empty(), seen.levels(), true);
        }
        for (Level<Long> level : seen.levels()) {
            if (level.limit().value().filter(limit::equals).isPresent()) {
                return new Effective<>(level.limit(), Optional.of(level), seen.levels(), true);
            }
        }
        return new Effective<>(new Limited<>(limit, file), Optional.empty(), seen.levels(), true);
    }
}
