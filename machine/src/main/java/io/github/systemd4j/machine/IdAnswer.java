package io.github.systemd4j.machine;

import java.util.Optional;

/** What is known of an id, and why nothing is if nothing is. Immutable. */
public sealed interface IdAnswer {

    /** Why there is no id. */
    enum Reason {
        /** Nobody has said one. */
        ABSENT,
        /** One is to be made up later: an image that was not yet booted has an empty file or {@code uninitialized}. */
        UNINITIALIZED,
        /** What is there is no id. */
        MALFORMED,
        /** What is there cannot be read by this process. */
        UNREADABLE
    }

    /**
     * An id, and where it is from.
     *
     * @param value the id
     * @param source a file, or a variable of the environment
     */
    record Known(Id128 value, String source) implements IdAnswer {

        @Override
        public Optional<Id128> id() {
            return Optional.of(value);
        }
    }

    /**
     * No id.
     *
     * @param reason why, for programs
     * @param message why, for people, and what to do
     */
    record Unknown(Reason reason, String message) implements IdAnswer {

        @Override
        public Optional<Id128> id() {
            return Optional.empty();
        }
    }

    /**
     * The id.
     *
     * @return empty if there is none
     */
    Optional<Id128> id();
}
