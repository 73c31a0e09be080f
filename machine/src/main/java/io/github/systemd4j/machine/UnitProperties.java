package io.github.systemd4j.machine;

import io.github.systemd4j.machine.dbus.Variant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Properties for a unit, systemd.resource-control(5).
 *
 * <pre>{@code
 * UnitProperties.none().withMemoryMax(512L << 20).withTasksMax(100)
 * }</pre>
 *
 * <p>Immutable. Which of them act depends on the controllers that there are: on cgroup v1 memory.high, for one, does not
 * exist, and systemd takes it all the same.
 */
public final class UnitProperties {

    /** No limit. */
    public static final long UNLIMITED = -1;

    private static final UnitProperties NONE = new UnitProperties(Map.of());
    private static final long MAX_WEIGHT = 10_000;
    private static final long PERCENT_IN_MICROS = 10_000;

    private final Map<String, Variant> values;

    private UnitProperties(Map<String, Variant> values) {
        this.values = values;
    }

    /**
     * None yet.
     *
     * @return no properties
     */
    public static UnitProperties none() {
        return NONE;
    }

    /**
     * MemoryMax: above this much, processes are killed.
     *
     * @param bytes a number of bytes, or {@link #UNLIMITED}
     * @return the properties
     * @throws IllegalArgumentException if {@code bytes} is not positive
     */
    public UnitProperties withMemoryMax(long bytes) {
        return limit("bytes", "MemoryMax", bytes);
    }

    /**
     * MemoryHigh: above this much, processes are slowed down. v2 only.
     *
     * @param bytes a number of bytes, or {@link #UNLIMITED}
     * @return the properties
     * @throws IllegalArgumentException if {@code bytes} is not positive
     */
    public UnitProperties withMemoryHigh(long bytes) {
        return limit("bytes", "MemoryHigh", bytes);
    }

    /**
     * TasksMax: there cannot be more processes and threads than this.
     *
     * @param tasks a number, or {@link #UNLIMITED}
     * @return the properties
     * @throws IllegalArgumentException if {@code tasks} is not positive
     */
    public UnitProperties withTasksMax(long tasks) {
        return limit("tasks", "TasksMax", tasks);
    }

    /**
     * CPUWeight: the share among units of the same slice, when there is not enough for all.
     *
     * @param weight from 1 to 10000; 100 is usual
     * @return the properties
     * @throws IllegalArgumentException if {@code weight} is out of range
     */
    public UnitProperties withCpuWeight(long weight) {
        return weight("CPUWeight", weight);
    }

    /**
     * IOWeight: as {@link #withCpuWeight}, for block devices.
     *
     * @param weight from 1 to 10000; 100 is usual
     * @return the properties
     * @throws IllegalArgumentException if {@code weight} is out of range
     */
    public UnitProperties withIoWeight(long weight) {
        return weight("IOWeight", weight);
    }

    /**
     * CPUQuota: never more than this much time of processors.
     *
     * @param percent of one processor, 200 for two whole ones; or {@link #UNLIMITED}
     * @return the properties
     * @throws IllegalArgumentException if {@code percent} is not positive, or more than a thousand processors
     */
    public UnitProperties withCpuQuota(long percent) {
        if (percent != UNLIMITED && (percent <= 0 || percent > 100_000)) {
            throw new IllegalArgumentException("percent: " + percent + " must be from 1 to 100000");
        }
        long micros = percent == UNLIMITED ? UNLIMITED : percent * PERCENT_IN_MICROS;
        return withNumber("CPUQuotaPerSecUSec", micros);
    }

    /**
     * RuntimeMaxSec: the unit is stopped after this time.
     *
     * @param time positive, to the microsecond
     * @return the properties
     * @throws IllegalArgumentException if {@code time} is not positive
     */
    public UnitProperties withRuntimeMax(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("time: " + time + " must be positive");
        }
        return withNumber("RuntimeMaxUSec", Math.max(1, time.toNanos() / 1000));
    }

    /**
     * Any other property that is a 64-bit number: a limit, a weight, a time in microseconds.
     *
     * @param name as org.freedesktop.systemd1(5) has it, such as {@code MemoryLow}
     * @param value the number; {@link #UNLIMITED} is systemd's infinity
     * @return the properties
     * @throws IllegalArgumentException if {@code name} cannot be one
     */
    public UnitProperties withNumber(String name, long value) {
        return with(name, "t", value);
    }

    /**
     * Any other property that is a text.
     *
     * @param name as org.freedesktop.systemd1(5) has it, such as {@code Description}
     * @param value the text
     * @return the properties
     * @throws IllegalArgumentException if {@code name} cannot be one, or {@code value} has a NUL
     */
    public UnitProperties withText(String name, String value) {
        MachineSpec.requireText("value", value);
        return with(name, "s", value);
    }

    /**
     * Any other property that is a list of texts.
     *
     * @param name as org.freedesktop.systemd1(5) has it, such as {@code After}
     * @param values the texts
     * @return the properties
     * @throws IllegalArgumentException if {@code name} cannot be one, or a value has a NUL
     */
    public UnitProperties withTexts(String name, List<String> values) {
        for (String value : values) {
            MachineSpec.requireText("values", value);
        }
        return with(name, "as", List.copyOf(values));
    }

    /**
     * Any other property that is yes or no.
     *
     * @param name as org.freedesktop.systemd1(5) has it, such as {@code MemoryAccounting}
     * @param value yes or no
     * @return the properties
     * @throws IllegalArgumentException if {@code name} cannot be one
     */
    public UnitProperties withFlag(String name, boolean value) {
        return with(name, "b", value);
    }

    private UnitProperties limit(String parameter, String name, long value) {
        if (value <= 0 && value != UNLIMITED) {
            throw new IllegalArgumentException(parameter + ": " + value + " must be positive");
        }
        return withNumber(name, value);
    }

    private UnitProperties weight(String name, long weight) {
        if (weight < 1 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("weight: " + weight + " must be from 1 to " + MAX_WEIGHT);
        }
        return withNumber(name, weight);
    }

    UnitProperties with(String name, String signature, Object value) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) {
                throw new IllegalArgumentException("name: " + name + " is not the name of a property");
            }
        }
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name: a property must have one");
        }
        Map<String, Variant> more = new LinkedHashMap<>(values);
        more.put(name, new Variant(signature, value));
        return new UnitProperties(Collections.unmodifiableMap(more));
    }

    /** These and more, of which those of the same name count. */
    UnitProperties and(UnitProperties more) {
        Map<String, Variant> all = new LinkedHashMap<>(values);
        all.putAll(more.values);
        return new UnitProperties(Collections.unmodifiableMap(all));
    }

    /** As a(sv). */
    List<Object> wire() {
        List<Object> wire = new ArrayList<>();
        for (Map.Entry<String, Variant> each : values.entrySet()) {
            wire.add(List.of(each.getKey(), each.getValue()));
        }
        return wire;
    }

    @Override
    public String toString() {
        return values.keySet().toString();
    }
}
