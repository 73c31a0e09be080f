package io.github.systemd4j.cgroups;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stops those that fork faster than they can be moved: they are frozen, in whichever hierarchy they can be. A group that
 * is frozen already is left to whoever did that.
 */
final class Hold {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final List<Group> candidates;
    private @Nullable Group held;

    Hold(List<Group> candidates) {
        this.candidates = candidates;
    }

    /** Out of the hierarchy of the freezer they may have been moved since: then another one holds them. */
    void begin() {
        end();
        for (Group group : candidates) {
            if (held == null && holds(group)) {
                held = group;
            }
        }
    }

    /** Without it, it only takes longer; and another hierarchy may do it. */
    private static boolean holds(Group group) {
        try {
            if (!Freezer.hasFreezer(group)) {
                return false;
            }
            Group.Events events = group.events();
            if (events.frozen() || !events.populated()) {
                return false;
            }
            group.freeze(LIMIT);
            return true;
        } catch (CgroupException e) {
            return false;
        }
    }

    void end() {
        Group group = held;
        held = null;
        if (group != null) {
            try {
                Freezer.release(group);
            } catch (CgroupException e) {
                // it was removed: there is nothing left in it that could be frozen
            }
        }
    }
}
