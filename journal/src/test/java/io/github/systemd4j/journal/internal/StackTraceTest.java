package io.github.systemd4j.journal.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StackTraceTest {

    static Stream<Throwable> exceptions() {
        Exception suppressing = new IllegalStateException("outer", new RuntimeException("cause\nof two lines"));
        suppressing.addSuppressed(new Exception("first", new Exception("its cause")));
        suppressing.addSuppressed(deeper(5));
        Exception circular = new Exception("a");
        Exception other = new Exception("b", circular);
        circular.initCause(other);
        Exception selfish = new Exception("selfish");
        Exception nested = new Exception("nested");
        nested.addSuppressed(selfish);
        selfish.addSuppressed(nested);
        return Stream.of(
                new Exception(),
                new Exception("plain"),
                deeper(50),
                suppressing,
                circular,
                nested,
                new Exception("no frames", new Frameless()));
    }

    private static Exception deeper(int levels) {
        return levels == 0 ? new Exception("bottom") : new Exception("level " + levels, deeper(levels - 1));
    }

    /** Without a stack trace of its own. */
    private static final class Frameless extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Frameless() {
            super("frameless", null, false, false);
        }
    }

    @ParameterizedTest
    @MethodSource("exceptions")
    void isAsTheJdkPrintsIt(Throwable thrown) {
        StringWriter expected = new StringWriter();
        thrown.printStackTrace(new PrintWriter(expected, true));
        StringBuilder out = new StringBuilder("message");

        StackTrace.append(out, thrown);

        assertThat(out.toString()).isEqualTo("message\n" + expected.toString().stripTrailing());
    }

    @Test
    void manyCauses() {
        Exception last = new Exception("cause 0");
        for (int i = 1; i < 20_000; i++) {
            last = new Frame("cause " + i, last);
        }
        StringBuilder out = new StringBuilder();

        StackTrace.append(out, last);

        assertThat(out.toString().lines().filter(line -> line.startsWith("Caused by: ")))
                .hasSize(19_999);
    }

    @Test
    void anExceptionThatFailsItself() {
        StringBuilder out = new StringBuilder();

        StackTrace.append(out, new Hostile());

        assertThat(out.toString()).isEqualTo(Hostile.class.getName());
    }

    /** Cheap, because it has no frames. */
    private static final class Frame extends Exception {
        private static final long serialVersionUID = 1L;

        Frame(String message, Throwable cause) {
            super(message, cause, false, false);
        }
    }

    private static final class Hostile extends Exception {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException("no frames");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("no cause");
        }
    }
}
