package io.github.systemd4j.journal.internal;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A stack trace as {@link Throwable#printStackTrace()} writes it, of an exception of which nothing is expected. */
final class StackTrace {

    private static final StackTraceElement[] NO_FRAMES = {};

    private final StringBuilder out;

    /** Those that were written; to each of which something may refer again. */
    private final Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private StackTrace(StringBuilder out) {
        this.out = out;
    }

    /** Appends the whole of it, without a newline at the end. */
    static void append(StringBuilder out, Throwable thrown) {
        new StackTrace(out).append(thrown, "", "", NO_FRAMES);
    }

    /** The exception, what was suppressed by it, its cause, and so on: causes in a loop, for there may be many. */
    private void append(Throwable first, String firstCaption, String indent, StackTraceElement[] firstEnclosing) {
        StackTraceElement[] enclosing = firstEnclosing;
        String caption = firstCaption;
        for (Throwable thrown = first; thrown != null; thrown = cause(thrown)) {
            if (!out.isEmpty() && out.charAt(out.length() - 1) != '\n') {
                out.append('\n');
            }
            out.append(indent).append(caption);
            if (!seen.add(thrown)) {
                out.append("[CIRCULAR REFERENCE: ").append(text(thrown)).append(']');
                return;
            }
            out.append(text(thrown));
            StackTraceElement[] frames = frames(thrown);
            frames(frames, enclosing, indent);
            for (Throwable suppressed : thrown.getSuppressed()) {
                append(suppressed, "Suppressed: ", indent + "\t", frames);
            }
            enclosing = frames;
            caption = "Caused by: ";
        }
    }

    private void frames(StackTraceElement[] frames, StackTraceElement[] enclosing, String indent) {
        int own = frames.length;
        int other = enclosing.length;
        while (own > 0 && other > 0 && frames[own - 1].equals(enclosing[other - 1])) {
            own--;
            other--;
        }
        for (int i = 0; i < own; i++) {
            out.append('\n').append(indent).append("\tat ").append(frames[i]);
        }
        if (own < frames.length) {
            out.append('\n').append(indent).append("\t... ").append(frames.length - own);
            out.append(" more");
        }
    }

    private static StackTraceElement[] frames(Throwable thrown) {
        try {
            return thrown.getStackTrace();
        } catch (RuntimeException e) {
            return NO_FRAMES;
        }
    }

    static @Nullable Throwable cause(Throwable thrown) {
        try {
            return thrown.getCause();
        } catch (RuntimeException e) {
            return null; // an exception that cannot say so has none
        }
    }

    private static String text(Throwable thrown) {
        try {
            return thrown.toString();
        } catch (RuntimeException e) {
            return thrown.getClass().getName();
        }
    }
}
