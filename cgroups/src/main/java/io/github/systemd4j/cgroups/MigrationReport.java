package io.github.systemd4j.cgroups;

import io.github.systemd4j.cgroups.Migration.Staying;
import java.util.List;
import java.util.Optional;

/**
 * What a {@link Migration} has done.
 *
 * <p>Immutable.
 *
 * @param outcome how it ended
 * @param hierarchies what was moved, in the order of the steps; up to the one that failed
 * @param staying the hierarchies in which nothing was to be moved, and why
 * @param problem why it failed, or would fail
 */
public record MigrationReport(
        Outcome outcome, List<Hierarchy> hierarchies, List<Staying> staying, Optional<CgroupException> problem) {

    /** How it ended. */
    public enum Outcome {
        /** Everything is in the target. */
        DONE,
        /** Nothing was tried: a dry run. */
        PLANNED,
        /** It failed, and everything that was moved is where it was before. */
        ROLLED_BACK,
        /**
         * It failed, and some of what was moved could not be moved back, or there are processes in the target of which it
         * cannot be told whether they came with it: see what the problem has suppressed.
         */
        STRANDED
    }

    /**
     * What was done in a hierarchy.
     *
     * @param name {@code unified}, or its controllers as the kernel orders them
     * @param from from which group
     * @param to into which group
     * @param moved how many processes were moved, or in a dry run are to be moved
     * @param vanished how many had ended, or were moved by somebody else, before it was their turn
     * @param retries how often the kernel refused a process for a moment
     * @param passes how often the source was read, until there was nothing left in it
     */
    public record Hierarchy(String name, RawPath from, RawPath to, int moved, int vanished, int retries, int passes) {}

    /**
     * Makes a report.
     *
     * @param outcome how it ended
     * @param hierarchies what was moved, copied
     * @param staying what was not to be moved, copied
     * @param problem why it failed, or would fail
     */
    public MigrationReport {
        hierarchies = List.copyOf(hierarchies);
        staying = List.copyOf(staying);
    }

    /**
     * For callers that cannot go on if it failed.
     *
     * @return this, if there is no {@link #problem}
     * @throws CgroupException the problem
     */
    public MigrationReport orThrow() throws CgroupException {
        if (problem.isPresent()) {
            throw problem.get();
        }
        return this;
    }

    /** For people: a line a hierarchy. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(
                switch (outcome) {
                    case DONE -> "moved\n";
                    case PLANNED -> "to be moved\n";
                    case ROLLED_BACK -> "failed, and moved back\n";
                    case STRANDED -> "failed, and not all could be moved back\n";
                });
        for (Hierarchy hierarchy : hierarchies) {
            text.append("  ").append(hierarchy.name()).append(": ").append(hierarchy.moved());
            text.append(hierarchy.moved() == 1 ? " process " : " processes ").append(hierarchy.from());
            text.append(" -> ").append(hierarchy.to());
            if (outcome != Outcome.PLANNED) {
                text.append(" in ").append(hierarchy.passes()).append(" passes");
                text.append(hierarchy.vanished() > 0 ? ", " + hierarchy.vanished() + " vanished" : "");
            }
            text.append('\n');
        }
        staying.forEach(stay -> text.append("  " + stay.hierarchy() + ": stays: " + stay.reason() + "\n"));
        problem.ifPresent(failure -> text.append("  " + failure.getMessage() + "\n"));
        return text.toString();
    }
}
